export interface RateLimit {
  calls: number;
  windowMs: number;
}

export interface RateVerdict {
  allowed: boolean;
  remaining: number;
  /** Epoch milliseconds. */
  resetAt: number;
}

/** Counts calls per key in windows that begin with the first call. */
export class RateLimiter {
  private readonly windows = new Map<string, { used: number; resetAt: number }>();

  constructor(
    readonly limit: RateLimit,
    private readonly now: () => number,
  ) {}

  take(key: string): RateVerdict {
    const now = this.now();
    let window = this.windows.get(key);
    if (!window || window.resetAt <= now) {
      this.forgetPast(now);
      window = { used: 0, resetAt: now + this.limit.windowMs };
      this.windows.set(key, window);
    }
    window.used += 1;
    return {
      allowed: window.used <= this.limit.calls,
      remaining: Math.max(0, this.limit.calls - window.used),
      resetAt: window.resetAt,
    };
  }

  private forgetPast(now: number): void {
    if (this.windows.size < 1000) return;
    for (const [key, window] of this.windows) if (window.resetAt <= now) this.windows.delete(key);
  }
}
