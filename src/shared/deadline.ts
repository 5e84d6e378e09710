import type { Clock, Timer } from './clock';

/** A signal that aborts when its time is over or another signal aborts, whichever comes first. Must be ended. */
export class Deadline {
  private readonly abort = new AbortController();
  private readonly timer: Timer;

  constructor(
    clock: Clock,
    withinMs: number,
    private readonly outer: AbortSignal,
  ) {
    if (outer.aborted) this.onOuter();
    outer.addEventListener('abort', this.onOuter, { once: true });
    this.timer = clock.after(withinMs, () => this.abort.abort(new Error('time is over')));
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** Aborts the signal as well, so that nothing goes on behind it. */
  end(): void {
    this.timer.cancel();
    this.outer.removeEventListener('abort', this.onOuter);
    this.abort.abort(new Error('it is over'));
  }

  private readonly onOuter = (): void => this.abort.abort(this.outer.reason);
}
