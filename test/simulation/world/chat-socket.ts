import type { ChatApi } from '../../../src/rocket-chat/chat-api';
import { ChatRealtime, type RealtimeListener } from '../../../src/rocket-chat/chat-realtime';
import type { ChatMessage } from '../../../src/rocket-chat/chat-types';
import type { Clock } from '../../../src/shared/clock';
import type { ChatServer } from './chat-server';
import type { ChatTrouble } from './chat-trouble';
import type { Dice } from './dice';
import type { Life } from './life';

const LONGEST_WAIT_MS = 30_000;
/** The real client's own ping finds a socket on which nothing comes any more. */
const SILENCE_FOUND_MS = 30_000;

/** The socket of one process: connects, logs in, subscribes, delivers; breaks, and says so, or loses without a word. */
export class ChatSocket extends ChatRealtime {
  private generation = 0;
  private live = false;
  /** Monotonic ms since when it hears; undefined while it does not. */
  liveSince?: number;
  private ended = false;
  private drop: (reason: string) => void = () => undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly server: ChatServer,
    private readonly account: ChatApi,
    private readonly trouble: ChatTrouble,
    private readonly clock: Clock,
    private readonly life: Life,
    private readonly dice: Dice,
  ) {
    super();
    life.onDeath(() => this.drop('the process died'));
  }

  get connected(): boolean {
    return this.live;
  }

  start(listener: RealtimeListener): void {
    this.running = this.keepConnected(listener);
  }

  async stop(): Promise<void> {
    this.ended = true;
    this.drop('stopped');
    await this.running;
  }

  reconnect(reason: string): void {
    this.drop(reason);
  }

  typing(): void {
    return undefined;
  }

  private async keepConnected(listener: RealtimeListener): Promise<void> {
    for (let failures = 0; !this.ended;) {
      const generation = ++this.generation;
      let reason: string;
      try {
        reason = await this.oneConnection(listener, generation);
        failures = 0;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        failures++;
      }
      this.live = false;
      this.liveSince = undefined;
      if (this.ended) return;
      listener.down(reason, generation);
      await this.pause(Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** failures) * (0.8 + 0.4 * this.dice.fraction()));
    }
  }

  /** @returns why a connection that lived has ended. */
  private async oneConnection(listener: RealtimeListener, generation: number): Promise<string> {
    await this.account.login();
    await this.account.socketToken();
    await this.clock.sleep(this.dice.whole(2, 40));
    if (this.trouble.rest.has('outage')) throw new Error('connect ECONNREFUSED');
    const ended = new Promise<string>((resolve) => (this.drop = resolve));
    const close = this.server.connect(
      (message) => this.carry(listener, message, generation),
      (roomId) => this.later(generation, () => listener.subscriptionChanged('inserted', roomId, generation)),
    );
    try {
      await this.clock.sleep(this.dice.whole(2, 40));
      if (this.trouble.socket.has('nosub')) throw new Error('nosub: __my_messages__');
      this.live = true;
      this.liveSince = this.clock.monotonic();
      this.attempt(() => listener.live(generation));
      return await ended;
    } finally {
      close();
    }
  }

  private carry(listener: RealtimeListener, message: ChatMessage, generation: number): void {
    const { socket } = this.trouble;
    if (socket.has('silent')) {
      this.clock.after(SILENCE_FOUND_MS, () => this.dropIf(generation, 'no pong'));
      return;
    }
    if (socket.has('lossy') && this.dice.chance(0.6)) return;
    const room = this.server.rooms.get(message.roomId);
    if (!room) return;
    const meta = { participant: true, roomType: room.type };
    const copies = socket.has('doubled') && this.dice.chance(0.5) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++)
      this.later(generation, () => listener.message({ ...message }, meta, generation));
  }

  private dropIf(generation: number, reason: string): void {
    if (generation === this.generation) this.drop(reason);
  }

  /** One wire keeps the order; in disorder every frame takes its own time. */
  private later(generation: number, deliver: () => void): void {
    const ms = this.trouble.socket.has('disorder') ? this.dice.whole(0, 900) : 4;
    this.clock.after(ms, () => {
      if (generation === this.generation) this.attempt(deliver);
    });
  }

  /** What the listener fails to take must come again: with the next connection. */
  private attempt(deliver: () => void): void {
    this.life.whenAwake(() => {
      if (this.life.reach('ChatRealtime.event#before')) return;
      try {
        deliver();
      } catch (error) {
        this.drop(`a listener failed: ${String(error)}`);
      }
      this.life.reach('ChatRealtime.event#after');
    });
  }

  private async pause(ms: number): Promise<void> {
    const interrupted = new Promise<void>((resolve) => (this.drop = () => resolve()));
    await Promise.race([this.clock.sleep(ms), interrupted]);
  }
}
