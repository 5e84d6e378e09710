import { WebSocket } from 'ws';
import type { StoredMessage } from './checker';

const CALL_WITHIN_MS = 10_000;
const RECONNECT_MS = 500;
/** What changed shortly before the connection broke may not have come through any more. */
const OVERLAP_MS = 5_000;

interface WireMessage {
  _id: string;
  rid: string;
  tmid?: string;
  msg: string;
  t?: string;
  u: { _id: string; username: string };
  ts: string;
  _updatedAt: string;
}

/** The chat server's refusal; what has no status was never answered. */
export class ChatRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A person's chat program: writes by REST, listens by DDP, comes back by itself when the server was away, and then reads
 * what it missed.
 */
export class ChatClient {
  readonly rooms: string[] = [];
  private socket?: WebSocket;
  private left = false;
  private listening = false;
  /** Until when everything was heard. */
  private heardUntil = Date.now();

  private constructor(
    private readonly url: string,
    readonly userId: string,
    private readonly token: string,
    readonly username: string,
    private readonly onText: (text: string) => void,
  ) {}

  /** @param onText is told every state of every message of others that comes to this person's eyes. */
  static async enter(url: string, name: string, onText: (text: string) => void): Promise<ChatClient> {
    const response = await fetch(`${url}/embedded/enter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
      signal: AbortSignal.timeout(CALL_WITHIN_MS),
    });
    const entered = (await response.json()) as Record<'userId' | 'authToken' | 'username' | 'error', string>;
    if (!response.ok) throw new ChatRefusal(response.status, entered.error);
    const client = new ChatClient(url, entered.userId, entered.authToken, entered.username, onText);
    client.listen();
    return client;
  }

  async call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: {
        'x-auth-token': this.token,
        'x-user-id': this.userId,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_WITHIN_MS),
    });
    const result = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new ChatRefusal(response.status, result.error ?? '');
    return result;
  }

  /** @returns the room of the direct message with `username`. */
  async direct(username: string): Promise<string> {
    const { room } = await this.call<{ room: { _id: string } }>('POST', 'im.create', { username });
    return room._id;
  }

  async channel(name: string, members: readonly string[]): Promise<string> {
    const { channel } = await this.call<{ channel: { _id: string } }>('POST', 'channels.create', {
      name,
      members,
    });
    return channel._id;
  }

  async idOf(username: string): Promise<string> {
    const { user } = await this.call<{ user: { _id: string } }>('GET', `users.info?username=${username}`);
    return user._id;
  }

  /**
   * The message stands on the server when this resolves. Its id is ours, so that what an earlier try may have brought
   * there is not said twice.
   */
  async say({ messageId, roomId, threadId }: Saying, text: string): Promise<void> {
    const message = { _id: messageId, rid: roomId, msg: text, ...(threadId ? { tmid: threadId } : {}) };
    try {
      await this.call('POST', 'chat.sendMessage', { message });
    } catch (error) {
      if (!(error instanceof ChatRefusal)) throw error;
      // The server says no such thing of a message that is not there.
      await this.call('GET', `chat.getMessage?msgId=${messageId}`);
    }
  }

  /** Everything that was said in a room, its threads included, oldest first. */
  async history(kind: 'im' | 'channels', roomId: string): Promise<StoredMessage[]> {
    const { messages } = await this.call<{ messages: WireMessage[] }>(
      'GET',
      `${kind}.history?roomId=${roomId}&count=0`,
    );
    return messages
      .filter(({ t }) => t === undefined)
      .map((message) => ({
        id: message._id,
        roomId: message.rid,
        ...(message.tmid === undefined ? {} : { threadId: message.tmid }),
        authorId: message.u._id,
        text: message.msg,
        at: Date.parse(message.ts),
        updatedAt: Date.parse(message._updatedAt),
      }))
      .reverse();
  }

  leave(): void {
    this.left = true;
    this.socket?.terminate();
  }

  private listen(): void {
    if (this.left) return;
    const socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}/websocket`);
    this.socket = socket;
    const send = (frame: unknown): void => socket.send(JSON.stringify(frame));
    socket.on('open', () => send({ msg: 'connect', version: '1', support: ['1'] }));
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame;
      if (frame.msg === 'connected')
        send({ msg: 'method', id: 'login', method: 'login', params: [{ resume: this.token }] });
      else if (frame.msg === 'ping') send({ msg: 'pong' });
      else if (frame.msg === 'result' && frame.id === 'login')
        send({ msg: 'sub', id: 's', name: 'stream-room-messages', params: ['__my_messages__', false] });
      else if (frame.msg === 'ready') void this.readMissed();
      else if (frame.msg === 'changed') this.hear(frame.fields?.args?.[0]);
    });
    // An error is followed by the close.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.listening) this.heardUntil = Date.now();
      this.listening = false;
      setTimeout(() => this.listen(), RECONNECT_MS);
    });
  }

  private async readMissed(): Promise<void> {
    const since = new Date(this.heardUntil - OVERLAP_MS).toISOString();
    try {
      for (const roomId of this.rooms) {
        const path = `chat.syncMessages?roomId=${roomId}&lastUpdate=${since}`;
        const { result } = await this.call<{ result: { updated: WireMessage[] } }>('GET', path);
        for (const message of result.updated) this.hear(message);
      }
      this.listening = true;
    } catch {
      // Away again: the next connection reads from there.
      this.socket?.terminate();
    }
  }

  private hear(message: WireMessage | undefined): void {
    if (message && message.u._id !== this.userId) this.onText(message.msg);
  }
}

/** Where a message goes, and under which id. */
interface Saying {
  messageId: string;
  roomId: string;
  threadId?: string;
}

interface Frame {
  msg?: string;
  id?: string;
  fields?: { args?: [WireMessage] };
}
