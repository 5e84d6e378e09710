import type { Brain, RunnerOptions } from './brain';

/** Ollama's "for ever": the longest time its clock can count. */
const FOR_EVER_MS = 292 * 365.25 * 24 * 3_600_000;
const DEFAULT_KEEP_ALIVE_MS = 5 * 60_000;
/** Longer timers than this overflow. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The one loaded model: who has it, with which options, and until when it stays. Requests have it one after another. */
export class ModelSlot {
  private loadedWith?: RunnerOptions;
  private keepAliveMs = DEFAULT_KEEP_ALIVE_MS;
  private expiry?: NodeJS.Timeout;
  private lastUse = 0;
  private readonly waiting: (() => void)[] = [];
  private taken = false;
  private closed = false;

  constructor(
    private readonly brain: Brain,
    private readonly now: () => number,
  ) {}

  get options(): RunnerOptions | undefined {
    return this.loadedWith;
  }

  get expiresAt(): number {
    return this.lastUse + Math.min(this.keepAliveMs, FOR_EVER_MS);
  }

  /** Runs `task` once it has the model to itself; not at all, and undefined, when `signal` aborts while it waits. */
  async use<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.take(signal))) return undefined;
    try {
      return await task();
    } finally {
      this.release();
    }
  }

  /** Makes the model resident with these options, loading it again where they differ. Only within {@link use}. */
  async load(options: RunnerOptions, keepAliveMs?: number): Promise<void> {
    if (this.loadedWith && sameOptions(this.loadedWith, options)) {
      this.keepAliveMs = keepAliveMs ?? this.keepAliveMs;
      return;
    }
    await this.unload();
    this.keepAliveMs = keepAliveMs ?? DEFAULT_KEEP_ALIVE_MS;
    await this.brain.load(options);
    this.loadedWith = options;
  }

  /** Only within {@link use}. */
  async unload(): Promise<void> {
    clearTimeout(this.expiry);
    if (!this.loadedWith) return;
    this.loadedWith = undefined;
    await this.brain.unload();
  }

  /** For good: waits for who has it, and lets nobody in any more. */
  async close(): Promise<void> {
    await this.use(new AbortController().signal, async () => {
      await this.unload();
      this.closed = true;
    });
  }

  private async take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted || this.closed) return false;
    clearTimeout(this.expiry);
    if (!this.taken) {
      this.taken = true;
      return true;
    }
    return new Promise((resolve) => {
      const turn = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(turn), 1);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.push(turn);
    });
  }

  private release(): void {
    const next = this.waiting.shift();
    if (next && !this.closed) {
      next();
      return;
    }
    this.taken = false;
    this.lastUse = this.now();
    if (!this.loadedWith || this.keepAliveMs > LONGEST_TIMER_MS) return;
    this.expiry = setTimeout(() => {
      void this.use(new AbortController().signal, () => this.unload());
    }, this.keepAliveMs).unref();
  }
}

function sameOptions(one: RunnerOptions, other: RunnerOptions): boolean {
  return (
    one.num_ctx === other.num_ctx &&
    one.num_thread === other.num_thread &&
    one.num_batch === other.num_batch &&
    one.num_gpu === other.num_gpu
  );
}
