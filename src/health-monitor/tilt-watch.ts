import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import { CLUSTER, type Holds } from '../core-registry/holds';
import { Clock, type Timer } from '../shared/clock';

const TICK_MS = 250;
const LAG_MS = 1_000;
const CLOCK_JUMP_MS = 2_000;
const TILT_MS = 5_000;

/**
 * Tells when our own clock cannot be trusted: the process itself stood still for over a second (a stopped or starved
 * gateway sees every core time out at once), or the wall clock jumped. For 5 s after that no missed probe counts.
 */
@Injectable()
export class TiltWatch {
  private readonly logger = new Logger(TiltWatch.name);
  private timer?: Timer;
  private lastTick = 0;
  private wallOffset = 0;
  private until = 0;

  private readonly holds: Holds;

  constructor(
    registry: CoreRegistry,
    private readonly clock: Clock,
  ) {
    this.holds = registry.holds;
  }

  start(): void {
    this.lastTick = this.clock.monotonic();
    this.wallOffset = this.clock.now() - this.lastTick;
    this.schedule();
  }

  stop(): void {
    this.timer?.cancel();
  }

  /** Verdicts from right now must be thrown away. */
  get tilted(): boolean {
    this.look();
    return this.clock.monotonic() < this.until;
  }

  private schedule(): void {
    this.timer = this.clock.after(TICK_MS, () => {
      this.look();
      this.schedule();
    });
  }

  private look(): void {
    const now = this.clock.monotonic();
    const lag = now - this.lastTick - TICK_MS;
    const offset = this.clock.now() - now;
    const jump = Math.abs(offset - this.wallOffset);
    this.lastTick = now;
    this.wallOffset = offset;
    if (lag <= LAG_MS && jump <= CLOCK_JUMP_MS) return;
    this.until = now + TILT_MS;
    const why =
      lag > LAG_MS
        ? `the gateway stood still for ${Math.round(lag)} ms`
        : `the wall clock jumped by ${Math.round(jump)} ms`;
    void this.holds.set(CLUSTER, 'tilted', { by: 'automatic', reason: why, forMs: TILT_MS });
    this.logger.warn(`Verdicts of the next ${TILT_MS / 1000} s are ignored: ${why}`);
  }
}
