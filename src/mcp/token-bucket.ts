/** So many things at once, so many a second after that. Time is whatever the caller says, and may stand still or go back. */
export class TokenBucket {
  private tokens: number;
  private last?: number;

  /** @param perSecond refilled; @param burst most that lie ready */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    if (!(perSecond > 0)) throw new TypeError(`perSecond must be > 0, not ${perSecond}`);
    if (!(burst >= 1)) throw new TypeError(`burst must be >= 1, not ${burst}`);
    this.tokens = burst;
  }

  /** @param now milliseconds; @returns whether there was enough; where not, nothing is taken */
  take(now: number, count = 1): boolean {
    const passed = Math.max(0, now - (this.last ?? now));
    this.tokens = Math.min(this.burst, this.tokens + (passed / 1000) * this.perSecond);
    this.last = now;
    if (this.tokens < count) return false;
    this.tokens -= count;
    return true;
  }
}
