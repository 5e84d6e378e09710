/** The engine's clock: nanoseconds since the epoch, never the same twice. */
export class EngineTime {
  private readonly origin = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  private last = 0n;

  now(): bigint {
    const now = this.origin + process.hrtime.bigint();
    this.last = now > this.last ? now : this.last + 1n;
    return this.last;
  }

  /** As the engine writes times: RFC 3339 with nanoseconds. */
  stamp(at = this.now()): string {
    const seconds = new Date(Number(at / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
    return `${seconds}.${(at % 1_000_000_000n).toString().padStart(9, '0')}Z`;
  }
}

/** A moment that never was. */
export const NEVER = '0001-01-01T00:00:00Z';
