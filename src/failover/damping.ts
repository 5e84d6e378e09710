import { BRAKE_WINDOW_MS } from './failover-policy';

const FIRST_HOLD_MS = 30_000;
const LONGEST_HOLD_MS = 15 * 60_000;
const MEMORY_MS = 30 * 60_000;
const STEP_BACK_MS = 10 * 60_000;

interface Departure {
  core: number;
  at: number;
}

/**
 * Remembers automatic switches, so that trouble which comes again and again moves the cluster less and less. All times
 * are monotonic milliseconds.
 */
export class Damping {
  private departures: Departure[] = [];

  /** A core was left on our own decision. */
  left(core: number, at: number): void {
    this.departures = [...this.departures.filter((each) => at - each.at < MEMORY_MS), { core, at }];
  }

  /** Automatic switches that the brake still counts. */
  switches(now: number): number {
    return this.departures.filter(({ at }) => now - at < BRAKE_WINDOW_MS).length;
  }

  /** When the brake counts one switch less. */
  easesAt(now: number): number {
    const counted = this.departures.map(({ at }) => at).filter((at) => now - at < BRAKE_WINDOW_MS);
    return counted.length === 0 ? now : Math.min(...counted) + BRAKE_WINDOW_MS;
  }

  /** An administrator has seen to it: what happened before counts no longer. */
  forgive(): void {
    this.departures = [];
  }

  /**
   * How long a core that was just left is held down: 30 s, twice as long for each further departure in half an hour, at
   * most 15 minutes. Ten minutes of being ready take one step back.
   *
   * @param readyMs how long it had been ready, before this departure
   */
  holdDownMs(core: number, now: number, readyMs: number): number {
    const count = this.departures.filter((each) => each.core === core && now - each.at < MEMORY_MS).length;
    const steps = Math.max(0, count - 1 - Math.floor(readyMs / STEP_BACK_MS));
    return Math.min(LONGEST_HOLD_MS, FIRST_HOLD_MS * 2 ** steps);
  }
}
