import { Clock, type Timer } from '../../src/shared/clock';

interface Pending {
  at: number;
  order: number;
  task: () => void;
}

/** Time that stands still until {@link advance}. Timers of the same instant run in the order they were set. */
export class VirtualClock extends Clock {
  private elapsed = 0;
  private order = 0;
  private wallSkew = 0;
  private readonly pending = new Set<Pending>();

  constructor(private readonly startedAt = Date.UTC(2026, 0, 1)) {
    super();
  }

  now(): number {
    return this.startedAt + this.elapsed + this.wallSkew;
  }

  monotonic(): number {
    return this.elapsed;
  }

  after(ms: number, task: () => void): Timer {
    const entry: Pending = { at: this.elapsed + Math.max(0, ms), order: this.order++, task };
    this.pending.add(entry);
    return { cancel: () => void this.pending.delete(entry) };
  }

  /** Number of timers that wait. */
  get timers(): number {
    return this.pending.size;
  }

  /** Moves time by `ms`, running every timer due on the way and all promise work each of them starts. */
  async advance(ms: number): Promise<void> {
    const target = this.elapsed + ms;
    await settle();
    for (let next = this.next(target); next; next = this.next(target)) {
      this.pending.delete(next);
      this.elapsed = Math.max(this.elapsed, next.at);
      next.task();
      await settle();
    }
    this.elapsed = target;
  }

  /** The process stands still for `ms`: time goes on, and the timers due meanwhile run late, with the next advance. */
  stall(ms: number): void {
    this.elapsed += ms;
  }

  /** Somebody sets the wall clock; the monotonic one goes on. */
  jumpWall(ms: number): void {
    this.wallSkew += ms;
  }

  private next(target: number): Pending | undefined {
    let best: Pending | undefined;
    for (const entry of this.pending) {
      if (entry.at > target) continue;
      if (!best || entry.at < best.at || (entry.at === best.at && entry.order < best.order)) best = entry;
    }
    return best;
  }
}

/** A turn of the event loop: the whole microtask queue is empty afterwards, however deep it was. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
