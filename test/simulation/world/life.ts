import { Clock, type Timer } from '../../../src/shared/clock';

/** Says whether the process dies at a point it has come to. */
export type Reaper = (point: string) => boolean;

/**
 * One life of the gateway process. Once it is dead nothing reaches it and nothing it still does reaches the world: its
 * calls never come back and its timers never run. Frozen, all of that waits.
 */
export class Life {
  dead = false;
  frozen = false;
  private readonly asleep: (() => void)[] = [];
  private readonly endings: (() => void)[] = [];

  constructor(private readonly reaper: Reaper) {}

  /** Comes to a point where it may die. @returns whether it is dead. */
  reach(point: string): boolean {
    if (!this.dead && this.reaper(point)) this.die();
    return this.dead;
  }

  die(): void {
    if (this.dead) return;
    this.dead = true;
    this.asleep.length = 0;
    for (const end of this.endings.splice(0)) end();
  }

  onDeath(task: () => void): void {
    this.endings.push(task);
  }

  freeze(): void {
    this.frozen = true;
  }

  thaw(): void {
    this.frozen = false;
    for (const task of this.asleep.splice(0)) task();
  }

  /** Now, or when it is awake again; never where it is dead. */
  whenAwake(task: () => void): void {
    if (this.dead) return;
    if (this.frozen) this.asleep.push(task);
    else task();
  }

  /** What comes back from outside, unless the process dies first. */
  receive<T>(outside: Promise<T>, point: string): Promise<T> {
    return new Promise((resolve, reject) => {
      outside.then(
        (value) => this.whenAwake(() => void (this.reach(point) || resolve(value))),
        (error: unknown) =>
          this.whenAwake(
            () =>
              void (this.reach(point) || reject(error instanceof Error ? error : new Error(String(error)))),
          ),
      );
    });
  }
}

/** Time as one process sees it: its timers die and freeze with it, and its wall clock may be wrong. */
export class MortalClock extends Clock {
  /** What somebody has set the wall clock forward by. */
  skewMs = 0;
  private readonly timers = new Set<Timer>();
  private late: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly life: Life,
  ) {
    super();
    life.onDeath(() => {
      for (const timer of this.timers) timer.cancel();
      this.timers.clear();
      this.late = [];
    });
  }

  get waiting(): number {
    return this.timers.size;
  }

  now(): number {
    return this.clock.now() + this.skewMs;
  }

  monotonic(): number {
    return this.clock.monotonic();
  }

  after(ms: number, task: () => void): Timer {
    if (this.life.dead) return { cancel: () => undefined };
    let open = true;
    const timer = this.clock.after(ms, () => {
      this.timers.delete(timer);
      const run = (): void => {
        if (open && !this.life.dead) task();
      };
      if (this.life.frozen) this.late.push(run);
      else run();
    });
    this.timers.add(timer);
    return {
      cancel: () => {
        open = false;
        this.timers.delete(timer);
        timer.cancel();
      },
    };
  }

  /** The timers that came due while the process was frozen: they run before anything else is read. */
  catchUp(): void {
    for (const run of this.late.splice(0)) run();
  }
}
