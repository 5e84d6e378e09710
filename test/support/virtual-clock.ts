import { Clock, type Timer } from '../../src/shared/clock';

interface Pending {
  at: number;
  order: number;
  task: () => void;
  done: boolean;
}

/** Cancelled entries stay in the heap until they come up; with more of them than this it is built anew. */
const MOST_DEAD = 256;

/** Time that stands still until {@link advance}. Timers of the same instant run in the order they were set. */
export class VirtualClock extends Clock {
  private elapsed = 0;
  private order = 0;
  private wallSkew = 0;
  /** A binary heap: the entry that is due first stands first. */
  private heap: Pending[] = [];
  private live = 0;

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
    const entry: Pending = {
      at: this.elapsed + Math.max(0, ms),
      order: this.order++,
      task,
      done: false,
    };
    this.live++;
    this.push(entry);
    return { cancel: () => this.cancel(entry) };
  }

  /** Number of timers that wait. */
  get timers(): number {
    return this.live;
  }

  /**
   * Moves time by `ms`, running every timer due on the way and all promise work each of them starts.
   *
   * @param enough looked at after each timer; true ends it there, with time standing where it is.
   */
  async advance(ms: number, enough: () => boolean = () => false): Promise<void> {
    const target = this.elapsed + ms;
    await settle();
    for (let next = this.pop(target); next; next = this.pop(target)) {
      this.elapsed = Math.max(this.elapsed, next.at);
      next.task();
      await settle();
      if (enough()) return;
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

  private cancel(entry: Pending): void {
    if (entry.done) return;
    entry.done = true;
    this.live--;
    if (this.heap.length - this.live <= MOST_DEAD + this.live) return;
    const kept = this.heap.filter(({ done }) => !done);
    this.heap = [];
    for (const each of kept) this.push(each);
  }

  /** Takes out the first timer that is due at `target`. */
  private pop(target: number): Pending | undefined {
    for (let first = this.heap[0]; first && (first.done || first.at <= target); first = this.heap[0]) {
      this.removeFirst();
      if (first.done) continue;
      first.done = true;
      this.live--;
      return first;
    }
    return undefined;
  }

  private push(entry: Pending): void {
    const { heap } = this;
    let index = heap.length;
    for (;;) {
      const above = (index - 1) >> 1;
      const parent = index > 0 ? heap[above] : undefined;
      if (!parent || before(parent, entry)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = entry;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
      const child = left && right && before(right, left) ? right : left;
      if (!child || before(last, child)) break;
      heap[index] = child;
      index = 2 * index + (child === left ? 1 : 2);
    }
    heap[index] = last;
  }
}

function before(a: Pending, b: Pending): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** A turn of the event loop: the whole microtask queue is empty afterwards, however deep it was. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
