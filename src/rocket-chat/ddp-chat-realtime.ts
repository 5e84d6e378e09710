import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';
import type { ChatApi } from './chat-api';
import { ChatError } from './chat-error';
import { ChatRealtime, type RealtimeListener } from './chat-realtime';
import type { ChatIdentity } from './chat-types';
import { DdpConnection } from './ddp-connection';
import { parseMessage, parseMessageMeta } from './message-parser';
import { ReconnectBackoff } from './reconnect-backoff';
import { TypingBoard, type TypingFrame } from './typing-board';
import { chatServerUrl, websocketUrl } from './websocket-url';
import { recordOf, textOf } from './wire-values';

/** What the socket needs of the account; RestChatApi has it all. */
export interface SocketAccount extends Pick<ChatApi, 'login' | 'socketToken' | 'limits'> {
  forgetToken(token: string): void;
}

export interface DdpChatRealtimeOptions {
  /** The server's base URL, as for REST; the socket address follows from it. */
  url: string;
  account: SocketAccount;
  clock: Clock;
  random: Random;
}

const MESSAGES = 'stream-room-messages';
const USER = 'stream-notify-user';
const CHANGES = ['inserted', 'updated', 'removed'] as const;

export class DdpChatRealtime extends ChatRealtime {
  private readonly url: string;
  private readonly account: SocketAccount;
  private readonly clock: Clock;
  private readonly backoff: ReconnectBackoff;
  private readonly board: TypingBoard;
  private listener: RealtimeListener | undefined;
  private connection: DdpConnection | undefined;
  private generation = 0;
  private isLive = false;
  private typingName = '';
  private stopping = new AbortController();
  /** One for each generation; aborted to end its slow steps and the wait after it. */
  private pause = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor({ url, account, clock, random }: DdpChatRealtimeOptions) {
    super();
    this.url = websocketUrl(chatServerUrl(url));
    this.account = account;
    this.clock = clock;
    this.backoff = new ReconnectBackoff(clock, random);
    this.board = new TypingBoard(clock, (frame) => this.sendTyping(frame));
  }

  get connected(): boolean {
    return this.isLive && this.connection?.open === true;
  }

  start(listener: RealtimeListener): void {
    if (this.listener) throw new Error('The realtime client is started already');
    this.listener = listener;
    this.stopping = new AbortController();
    this.running = this.keepConnected(listener, this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopped'));
    this.pause.abort(new Error('stopped'));
    this.connection?.close('stopped');
    await this.running;
    this.listener = undefined;
  }

  reconnect(reason: string): void {
    this.connection?.close(reason);
    this.pause.abort(new Error(reason));
  }

  typing(roomId: string, active: boolean, threadId?: string): void {
    this.board.set(roomId, active, threadId);
  }

  private async keepConnected(listener: RealtimeListener, stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const generation = ++this.generation;
      this.pause = new AbortController();
      let least = 0;
      let reason: string;
      try {
        reason = await this.oneGeneration(listener, generation);
      } catch (failure) {
        reason = failure instanceof Error ? failure.message : String(failure);
        if (failure instanceof ChatError) least = failure.details.retryAfterMs ?? 0;
      }
      this.isLive = false;
      this.connection = undefined;
      this.board.pause();
      if (stopping.aborted) return;
      failureOf(() => listener.down(reason, generation));
      await this.clock.sleep(Math.max(this.backoff.next(), least), this.pause.signal).catch(() => undefined);
    }
  }

  /** Resolves with the reason when a connection that lived has ended; rejects when it did not come to life. */
  private async oneGeneration(listener: RealtimeListener, generation: number): Promise<string> {
    const interrupted = new Promise<never>((_, reject) => {
      this.pause.signal.addEventListener(
        'abort',
        () => reject(new ChatError('unreachable', 'Interrupted.')),
        { once: true },
      );
    });
    interrupted.catch(() => undefined);
    const identity = await Promise.race([this.account.login(), interrupted]);
    this.typingName = await Promise.race([this.nameForTyping(identity), interrupted]);

    let end: (reason: string) => void = () => undefined;
    const ended = new Promise<string>((resolve) => (end = resolve));
    const connection = new DdpConnection(this.url, this.clock, {
      event: (collection, eventName, args) => {
        if (generation !== this.generation) return;
        // What the listener fails to take must come again: a new generation brings the catch-up.
        const failure = failureOf(() =>
          this.deliver(listener, generation, identity, collection, eventName, args),
        );
        if (failure !== undefined) connection.close(failure);
      },
      closed: (reason) => end(reason),
    });
    this.connection = connection;
    try {
      await connection.connect();
      await Promise.race([this.logIn(connection), interrupted]);
      await connection.subscribe(MESSAGES, '__my_messages__');
      await connection.subscribe(USER, `${identity.userId}/subscriptions-changed`);
    } catch (failure) {
      connection.close(failure instanceof Error ? failure.message : String(failure));
      throw failure;
    }
    this.isLive = true;
    this.backoff.live();
    this.board.resume();
    const failure = failureOf(() => listener.live(generation));
    if (failure !== undefined) connection.close(failure);
    return await ended;
  }

  /** A dead token is forgotten and a new one tried once; a second refusal ends the generation, so nothing spins. */
  private async logIn(connection: DdpConnection): Promise<void> {
    const token = await this.account.socketToken();
    try {
      await connection.call('login', [{ resume: token }]);
    } catch (failure) {
      if (!(failure instanceof ChatError) || failure.kind !== 'unauthorized') throw failure;
      this.account.forgetToken(token);
      const renewed = await this.account.socketToken();
      if (renewed === token) throw failure;
      await connection.call('login', [{ resume: renewed }]);
    }
  }

  private deliver(
    listener: RealtimeListener,
    generation: number,
    identity: ChatIdentity,
    collection: string,
    eventName: string,
    args: readonly unknown[],
  ): void {
    if (collection === MESSAGES && eventName === '__my_messages__') {
      const message = parseMessage(args[0]);
      const meta = parseMessageMeta(args[1]);
      if (message && meta) listener.message(message, meta, generation);
    } else if (collection === USER && eventName === `${identity.userId}/subscriptions-changed`) {
      const change = CHANGES.find((known) => known === args[0]);
      const roomId = textOf(recordOf(args[1])?.['rid']);
      if (change && roomId) listener.subscriptionChanged(change, roomId, generation);
    }
  }

  /** The server ignores a typing frame whose name is not the one it shows. */
  private async nameForTyping(identity: ChatIdentity): Promise<string> {
    const limits = await this.account.limits().catch(() => undefined);
    return (limits?.useRealName && identity.name) || identity.username;
  }

  private sendTyping({ roomId, active, threadId }: TypingFrame): void {
    const params = [
      `${roomId}/user-activity`,
      this.typingName,
      active ? ['user-typing'] : [],
      ...(threadId ? [{ tmid: threadId }] : []),
    ];
    this.connection?.call('stream-notify-room', params).catch(() => undefined);
  }
}

/** Why the listener failed; undefined where it did not. */
function failureOf(tell: () => void): string | undefined {
  try {
    tell();
    return undefined;
  } catch (failure) {
    return `a listener failed: ${failure instanceof Error ? failure.message : String(failure)}`;
  }
}
