import { WebSocket } from 'ws';

/** One state of a message, as the stream showed it. */
export interface SeenVersion {
  id: string;
  roomId: string;
  threadId?: string;
  username: string;
  text: string;
  /** performance.now() when it came. */
  at: number;
}

interface WireMessage {
  _id: string;
  rid: string;
  tmid?: string;
  msg: string;
  t?: string;
  u: { _id: string; username: string };
  ts: unknown;
}

const NOTICE = /^(⚠️|🔀|⏳)/u;

/** A person in the chat: speaks the same REST and DDP as a client, and remembers every state of every message. */
export class ChatPerson {
  readonly seen: SeenVersion[] = [];
  private socket?: WebSocket;

  private constructor(
    private readonly url: string,
    readonly userId: string,
    readonly token: string,
    readonly username: string,
  ) {}

  static async enter(url: string, name: string, adminKey?: string): Promise<ChatPerson> {
    const response = await fetch(`${url}/embedded/enter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, adminKey }),
    });
    const body = (await response.json()) as {
      userId: string;
      authToken: string;
      username: string;
      error?: string;
    };
    if (!response.ok) throw new Error(`Nobody enters as ${name}: ${body.error}`);
    const person = new ChatPerson(url, body.userId, body.authToken, body.username);
    await person.listen();
    return person;
  }

  async call<T = Record<string, unknown>>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`, {
      method,
      headers: {
        'x-auth-token': this.token,
        'x-user-id': this.userId,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const result = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${result.error ?? ''}`);
    return result;
  }

  /** The room of the direct message with the assistant. */
  async direct(username = 'system-bot'): Promise<string> {
    const { room } = await this.call<{ room: { _id: string } }>('POST', 'im.create', { username });
    return room._id;
  }

  /** @returns the message's id. */
  async say(roomId: string, text: string, threadId?: string): Promise<string> {
    const { message } = await this.call<{ message: { _id: string } }>('POST', 'chat.sendMessage', {
      message: { rid: roomId, msg: text, ...(threadId ? { tmid: threadId } : {}) },
    });
    return message._id;
  }

  async channel(name: string, members: string[] = ['system-bot']): Promise<string> {
    const { channel } = await this.call<{ channel: { _id: string } }>('POST', 'channels.create', {
      name,
      members,
    });
    return channel._id;
  }

  /** What the assistant wrote in a direct message, oldest first, as it stands on the server. */
  async answersIn(roomId: string): Promise<{ id: string; text: string }[]> {
    const { messages } = await this.call<{ messages: WireMessage[] }>(
      'GET',
      `im.history?roomId=${roomId}&count=200`,
    );
    return messages
      .filter(({ u, t, msg }) => u._id !== this.userId && t === undefined && !NOTICE.test(msg))
      .map(({ _id, msg }) => ({ id: _id, text: msg }))
      .reverse();
  }

  /** The same for a thread. */
  async answersInThread(threadId: string): Promise<{ id: string; text: string }[]> {
    const { messages } = await this.call<{ messages: WireMessage[] }>(
      'GET',
      `chat.getThreadMessages?tmid=${threadId}&count=200`,
    );
    return messages
      .filter(({ u, _id, msg }) => u._id !== this.userId && _id !== threadId && !NOTICE.test(msg))
      .map(({ _id, msg }) => ({ id: _id, text: msg }));
  }

  /** Resolves once `count` finished answers stand in the direct message. */
  async waitForAnswers(roomId: string, count: number, withinMs = 20_000): Promise<string[]> {
    const finished = await eventually(
      async () =>
        (await this.answersIn(roomId)).map(({ text }) => text).filter((text) => !text.endsWith('▍')),
      (texts) => texts.length >= count,
      withinMs,
      `${count} answers in the room`,
    );
    return finished;
  }

  /** All states a message went through, in order. */
  versions(id: string): string[] {
    return this.seen.filter((version) => version.id === id).map(({ text }) => text);
  }

  leave(): void {
    this.socket?.terminate();
  }

  private listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}/websocket`);
      this.socket = socket;
      const send = (frame: unknown): void => socket.send(JSON.stringify(frame));
      socket.on('error', reject);
      socket.on('open', () => send({ msg: 'connect', version: '1', support: ['1'] }));
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as {
          msg?: string;
          id?: string;
          fields?: { args?: [WireMessage] };
          collection?: string;
        };
        if (frame.msg === 'connected')
          send({ msg: 'method', id: 'login', method: 'login', params: [{ resume: this.token }] });
        else if (frame.msg === 'ping') send({ msg: 'pong' });
        else if (frame.msg === 'result' && frame.id === 'login') {
          send({ msg: 'sub', id: 's', name: 'stream-room-messages', params: ['__my_messages__', false] });
        } else if (frame.msg === 'ready') resolve();
        else if (frame.msg === 'changed' && frame.collection === 'stream-room-messages')
          this.note(frame.fields?.args?.[0]);
      });
    });
  }

  private note(message: WireMessage | undefined): void {
    if (!message) return;
    this.seen.push({
      id: message._id,
      roomId: message.rid,
      threadId: message.tmid,
      username: message.u.username,
      text: message.msg,
      at: performance.now(),
    });
  }
}

/** Asks until the answer is good; a readable failure otherwise. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  good: (value: T) => boolean,
  withinMs: number,
  what: string,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (good(value)) return value;
    if (performance.now() > until)
      throw new Error(
        `Not within ${withinMs} ms: ${what}; last seen: ${JSON.stringify(value)?.slice(0, 1500)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
