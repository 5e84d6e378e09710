/** What a core has written since the start, all its answers together. */
export interface DecodeReading {
  /** Time in which at least one answer was between its first token and its end, ms. */
  busyMs: number;
  /** Tokens given in that time. */
  tokens: number;
  /** Answers that came as far as a token. */
  answers: number;
  /** Answers between their first token and their end right now. */
  open: number;
}

/** Measures how much of its time a core writes, and how much it writes meanwhile. All times are monotonic ms. */
export class DecodeMeter {
  private busyMs = 0;
  private tokens = 0;
  private answers = 0;
  private open = 0;
  private since = 0;

  read(now: number): DecodeReading {
    const { tokens, answers, open } = this;
    return { busyMs: this.busyMs + (open > 0 ? now - this.since : 0), tokens, answers, open };
  }

  /** An answer's first token. */
  opened(now: number): void {
    if (this.open++ === 0) this.since = now;
    this.answers++;
  }

  /** Any further one. */
  token(): void {
    this.tokens++;
  }

  closed(now: number): void {
    if (--this.open === 0) this.busyMs += now - this.since;
  }
}
