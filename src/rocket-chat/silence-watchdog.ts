import type { Clock, Timer } from '../shared/clock';

const STEP_MS = 10_000;
const STEPS_UNTIL_DEAD = 3;

/**
 * Judges a socket by what arrives on it: a ping after 10 s and 20 s of silence, dead after 30 s. Each step is set only
 * when the one before has run, so a process that was itself asleep gives the socket its full time again.
 */
export class SilenceWatchdog {
  private timer: Timer | undefined;
  private heardAt = 0;
  private heardSinceStep = false;
  private silentSteps = 0;

  constructor(
    private readonly clock: Clock,
    private readonly actions: { ping: () => void; dead: () => void },
  ) {}

  start(): void {
    this.stop();
    this.heardAt = this.clock.monotonic();
    this.silentSteps = 0;
    this.heardSinceStep = false;
    this.wait(STEP_MS);
  }

  /** Anything at all came in. */
  heard(): void {
    this.heardAt = this.clock.monotonic();
    this.heardSinceStep = true;
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private wait(ms: number): void {
    this.timer = this.clock.after(ms, () => this.step());
  }

  private step(): void {
    if (this.heardSinceStep) {
      this.heardSinceStep = false;
      this.silentSteps = 0;
      const left = this.heardAt + STEP_MS - this.clock.monotonic();
      if (left > 0) {
        this.wait(left);
        return;
      }
    }
    this.silentSteps += 1;
    if (this.silentSteps >= STEPS_UNTIL_DEAD) {
      this.timer = undefined;
      this.actions.dead();
      return;
    }
    this.wait(STEP_MS);
    this.actions.ping();
  }
}
