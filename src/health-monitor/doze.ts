import type { Clock } from '../shared/clock';

/** The pauses of loops that can be woken together, and ended for good. */
export class Doze {
  private readonly ending = new AbortController();
  private waking = new AbortController();

  constructor(private readonly clock: Clock) {}

  get ended(): boolean {
    return this.ending.signal.aborted;
  }

  /** Aborts at the end. */
  get end(): AbortSignal {
    return this.ending.signal;
  }

  wake(): void {
    this.waking.abort();
  }

  finish(): void {
    this.ending.abort(new Error('stopped'));
    this.waking.abort();
  }

  /** Waits, unless woken; a wake-up while nobody waited shortens the next pause of one loop. */
  async pause(ms: number): Promise<void> {
    const { signal } = this.waking;
    await this.clock.sleep(ms, signal).catch(() => undefined);
    if (signal.aborted && this.waking.signal === signal && !this.ended) this.waking = new AbortController();
  }
}
