const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 15_000;
const LONG_LIFE_MS = 60_000;
const WINDOW_MS = 60_000;

/**
 * How long to wait before starting again what died: not at all the first time, then 1 s, 2 s, 4 s ... 15 s; from
 * the beginning again for whatever lived 60 s. All times are monotonic milliseconds.
 */
export class RestartBackoff {
  private inARow = 0;
  private deaths: number[] = [];

  /** Notes a death at `now` after a life of `livedMs`. @returns the delay before the next start. */
  died(now: number, livedMs: number): number {
    if (livedMs >= LONG_LIFE_MS) this.inARow = 0;
    this.deaths = [...this.deaths.filter((at) => now - at < WINDOW_MS), now];
    const delay = this.inARow === 0 ? 0 : Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.inARow - 1));
    this.inARow += 1;
    return delay;
  }

  /** Deaths in the last 60 s: at three the repair ladder takes over. */
  deathsLastMinute(now: number): number {
    return this.deaths.filter((at) => now - at < WINDOW_MS).length;
  }
}
