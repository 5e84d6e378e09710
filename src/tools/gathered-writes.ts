import type { Clock, Timer } from '../shared/clock';

const WRITE_EVERY_MS = 10_000;

/** Counts that are written together some seconds after the first of them: of a crash those seconds are lost. */
export class GatheredWrites<T> {
  private waiting = new Map<string, T>();
  private timer?: Timer;
  private writing: Promise<void> = Promise.resolve();

  /**
   * @param write adds to what it has written before; never called again before it is done
   * @param failed told of a write that nobody waited for
   */
  constructor(
    private readonly clock: Clock,
    private readonly write: (counts: readonly T[]) => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** @param count from what waits to be written under this key, undefined where nothing does */
  note(key: string, count: (waiting: T | undefined) => T): void {
    this.waiting.set(key, count(this.waiting.get(key)));
    this.timer ??= this.clock.after(WRITE_EVERY_MS, () => {
      this.timer = undefined;
      this.flush().catch(this.failed);
    });
  }

  /** Rejects where what waited could not be written; it is lost then. */
  flush(): Promise<void> {
    this.writing = this.writing.catch(() => undefined).then(() => this.writeNow());
    return this.writing;
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    await this.flush();
  }

  private async writeNow(): Promise<void> {
    if (this.waiting.size === 0) return;
    const taken = [...this.waiting.values()];
    this.waiting = new Map();
    await this.write(taken);
  }
}
