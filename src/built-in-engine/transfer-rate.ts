const WINDOW_MS = 5_000;

export interface TransferFigures {
  receivedBytes: number;
  totalBytes?: number;
  bytesPerSecond?: number;
  secondsLeft?: number;
}

/** Speed of one transfer, smoothed over the last five seconds. */
export class TransferRate {
  private readonly samples: { at: number; bytes: number }[] = [];
  private received = 0;

  /** @param totalBytes of the whole, where known. */
  constructor(private totalBytes?: number) {}

  /** Bytes there already count as received, not as speed. @param at monotonic milliseconds */
  restart(at: number, bytes: number, totalBytes = this.totalBytes): void {
    this.samples.length = 0;
    this.totalBytes = totalBytes;
    this.note(at, bytes);
  }

  note(at: number, bytes: number): void {
    this.received = bytes;
    const last = this.samples.at(-1);
    // A tenth of a second is fine enough, and keeps the window to fifty samples.
    if (last && at - last.at < 100 && this.samples.length > 1) last.bytes = bytes;
    else this.samples.push({ at, bytes });
    this.forget(at);
  }

  figures(at: number): TransferFigures {
    this.forget(at);
    const first = this.samples[0];
    const elapsed = first ? at - first.at : 0;
    const bytesPerSecond =
      first && elapsed >= 500 ? Math.round(((this.received - first.bytes) * 1_000) / elapsed) : undefined;
    const left = this.totalBytes === undefined ? undefined : Math.max(0, this.totalBytes - this.received);
    return {
      receivedBytes: this.received,
      ...(this.totalBytes !== undefined && { totalBytes: this.totalBytes }),
      ...(bytesPerSecond !== undefined && { bytesPerSecond }),
      ...(left !== undefined && bytesPerSecond && { secondsLeft: Math.ceil(left / bytesPerSecond) }),
    };
  }

  /** The newest sample before the window stays: it is where the window begins. */
  private forget(at: number): void {
    while (this.samples.length > 2 && at - (this.samples[1]?.at ?? at) > WINDOW_MS) this.samples.shift();
  }
}
