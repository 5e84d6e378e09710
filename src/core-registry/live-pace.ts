/** A longer silence ends the window: what comes after it is another answer. */
const SILENCE_MS = 1_500;
const FEWEST_TOKENS = 4;
/** The window begins anew at half of this, so that the figure follows a core that slows down. */
const WINDOW_MS = 10_000;

/** Tokens per second of the answer being written right now. */
export class LivePace {
  private since = 0;
  private tokens = 0;
  private last = -Infinity;

  /** @param now monotonic ms */
  token(now: number): void {
    if (now - this.last > SILENCE_MS) {
      this.since = now;
      this.tokens = 0;
    } else {
      this.tokens++;
      if (now - this.since > WINDOW_MS) {
        this.since += (now - this.since) / 2;
        this.tokens /= 2;
      }
    }
    this.last = now;
  }

  /** Undefined while nothing is written, or too little to tell. */
  at(now: number): number | undefined {
    const ms = this.last - this.since;
    if (now - this.last > SILENCE_MS || this.tokens < FEWEST_TOKENS || ms <= 0) return undefined;
    return (this.tokens / ms) * 1000;
  }
}
