import type { Preparing } from '../built-in-engine/preparing';
import type { Clock, Timer } from '../shared/clock';

const BEAT_MS = 1_000;
const LOG_EVERY_MS = 1_500;

/**
 * Passes on how far something is, and says every second that it still goes on where the step itself has nothing to tell:
 * people take a silence of seconds for a hang.
 */
export class PreparingTeller {
  private last?: Preparing;
  private lastAt = 0;
  private loggedAt = -Infinity;
  private loggedStep = '';
  private timer?: Timer;

  /**
   * @param show gets every report
   * @param log gets one at each new step, and from time to time
   */
  constructor(
    private readonly clock: Clock,
    private readonly show: (preparing: Preparing) => void,
    private readonly log: (preparing: Preparing) => void,
  ) {}

  tell(preparing: Preparing): void {
    this.last = preparing;
    this.lastAt = this.clock.monotonic();
    this.pass(preparing);
    this.timer ??= this.clock.after(BEAT_MS, () => this.beat());
  }

  end(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.last = undefined;
  }

  private beat(): void {
    const { last } = this;
    if (!last) return;
    const seconds = Math.floor((this.clock.monotonic() - this.lastAt) / 1_000);
    if (seconds > 0) this.pass({ ...last, detail: `${last.detail}, ${seconds} s so far` });
    this.timer = this.clock.after(BEAT_MS, () => this.beat());
  }

  private pass(preparing: Preparing): void {
    this.show(preparing);
    const now = this.clock.monotonic();
    if (preparing.step === this.loggedStep && now - this.loggedAt < LOG_EVERY_MS) return;
    this.loggedAt = now;
    this.loggedStep = preparing.step;
    this.log(preparing);
  }
}
