import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { ejsonDate, wireMessage, type FakeChatState, type FakeMessage } from './fake-chat-state';
import { due, type FakeFaults } from './fake-faults';

export interface FakeFrame {
  msg: string;
  id?: string;
  method?: string;
  name?: string;
  params?: unknown[];
}

/** One client's socket: connect, resume login, subscriptions, pings; everything received is kept in `frames`. */
export class FakeDdpSocket {
  readonly frames: FakeFrame[] = [];
  userId: string | undefined;
  private readonly subscriptions = new Map<string, string>();

  constructor(
    private readonly socket: WebSocket,
    private readonly wire: Duplex,
    private readonly state: FakeChatState,
    private readonly faults: FakeFaults,
  ) {
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as FakeFrame;
      this.frames.push(frame);
      if (!this.faults.silentSocket) this.handle(frame);
    });
    if (!faults.silentSocket) this.send({ server_id: '0' });
  }

  send(frame: unknown): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** Cuts the connection without a goodbye. */
  drop(): void {
    this.socket.terminate();
  }

  /** Everything sent meanwhile leaves in one piece. */
  together(task: () => void): void {
    this.wire.cork();
    task();
    this.wire.uncork();
  }

  /** Takes a granted subscription away. */
  revoke(eventName: string): void {
    for (const [id, name] of this.subscriptions) {
      if (name === eventName)
        this.send({ msg: 'nosub', id, error: { error: 'not-allowed', reason: 'Not allowed' } });
    }
  }

  has(eventName: string): boolean {
    return [...this.subscriptions.values()].includes(eventName);
  }

  message(message: FakeMessage): void {
    if (!this.has('__my_messages__')) return;
    const room = this.state.rooms.get(message.rid);
    const participant = room?.members.includes(this.userId ?? '') ?? false;
    const meta = {
      roomParticipant: participant,
      roomType: room?.t,
      ...(room?.name && { roomName: room.name }),
    };
    this.event('stream-room-messages', '__my_messages__', [wireMessage(message, ejsonDate), meta]);
  }

  event(collection: string, eventName: string, args: unknown[]): void {
    this.send({ msg: 'changed', collection, id: 'id', fields: { eventName, args } });
  }

  private handle(frame: FakeFrame): void {
    const { msg, id } = frame;
    if (msg === 'connect') this.send({ msg: 'connected', session: 'session' });
    else if (msg === 'ping') this.send({ msg: 'pong', ...(id && { id }) });
    else if (msg === 'method') this.method(frame);
    else if (msg === 'sub') this.subscribe(frame);
  }

  private method({ id, method, params }: FakeFrame): void {
    if (method !== 'login') {
      this.send({ msg: 'result', id });
      this.send({ msg: 'updated', methods: [id] });
      return;
    }
    const { resume } = (params?.[0] ?? {}) as { resume?: string };
    this.userId = this.state.tokens.get(resume ?? '');
    if (!this.userId) {
      const reason = "You've been logged out by the server. Please log in again.";
      this.send({
        msg: 'result',
        id,
        error: {
          isClientSafe: true,
          error: 403,
          reason,
          message: `${reason} [403]`,
          errorType: 'Meteor.Error',
        },
      });
      return;
    }
    const expires = this.faults.noTokenExpires ? {} : { tokenExpires: ejsonDate(Date.now() + 86_400_000) };
    this.send({ msg: 'added', collection: 'users', id: this.userId, fields: { username: 'x' } });
    this.send({ msg: 'result', id, result: { id: this.userId, token: resume, type: 'resume', ...expires } });
    this.send({ msg: 'updated', methods: [id] });
  }

  private subscribe({ id, params }: FakeFrame): void {
    const eventName = String(params?.[0]);
    const foreign = eventName.includes('/') && !eventName.startsWith(`${this.userId}/`);
    if (!this.userId || foreign || due(this.faults, 'nosub')) {
      this.send({
        msg: 'nosub',
        id,
        error: { error: 'not-allowed', reason: 'Not allowed', errorType: 'Meteor.Error' },
      });
      return;
    }
    this.subscriptions.set(id ?? '', eventName);
    this.send({ msg: 'ready', subs: [id] });
  }
}
