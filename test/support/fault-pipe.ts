import type { Socket } from 'node:net';

/** What is wrong in one direction of a connection, after the toxics of Toxiproxy. */
export interface Toxics {
  latencyMs?: number;
  /** Up to so much more or less than the latency, for each chunk; their order stays. */
  jitterMs?: number;
  bytesPerSecond?: number;
  /** Nothing passes any more; after so long the connection is closed. 0: never, a black hole. */
  timeoutMs?: number;
  /** Chunks are cut into pieces of so many bytes, each sent by itself ... */
  sliceBytes?: number;
  /** ... and so long after the one before. */
  sliceMs?: number;
  /** After so many bytes, counted from the beginning of the connection, it is closed. */
  limitBytes?: number;
  /** Its end is told so much later. */
  slowCloseMs?: number;
}

interface Chunk {
  bytes: Buffer;
  /** When it came. */
  at: number;
  /** -1 to 1. */
  luck: number;
}

/** A throttled line is fed in pieces that last so long. */
const THROTTLE_MS = 50;
/** So much is kept for a direction that stands still; then its sender has to wait. */
const MOST_KEPT = 1_000_000;

/** Carries bytes from one socket to the other, with whatever is wrong at that moment. */
export class FaultPipe {
  private faults: Toxics = {};
  private readonly kept: Chunk[] = [];
  private size = 0;
  private carried = 0;
  /** When the next piece may go. */
  private freeAt = 0;
  private endedAt?: number;
  private muted = false;
  private deadline?: NodeJS.Timeout;
  private stir: () => void = () => undefined;

  constructor(
    readonly source: Socket,
    private readonly sink: Socket,
  ) {
    source.on('data', (bytes: Buffer) => this.take(bytes));
    source.once('end', () => {
      this.endedAt = performance.now();
      this.stir();
    });
    sink.once('close', () => this.mute());
    void this.carry();
  }

  /** In place of what was wrong before, for what is still under way as well. */
  set toxics(faults: Toxics) {
    this.faults = faults;
    clearTimeout(this.deadline);
    if (faults.timeoutMs) this.deadline = setTimeout(() => this.sink.destroy(), faults.timeoutMs);
    this.stir();
  }

  /** Not even an end or a reset passes. */
  get silent(): boolean {
    return this.faults.timeoutMs !== undefined;
  }

  /** Carries nothing more, not even the end. */
  mute(): void {
    this.muted = true;
    clearTimeout(this.deadline);
    this.source.resume();
    this.stir();
  }

  private take(bytes: Buffer): void {
    if (this.muted) return;
    this.kept.push({ bytes, at: performance.now(), luck: Math.random() * 2 - 1 });
    this.size += bytes.length;
    if (this.size > MOST_KEPT) this.source.pause();
    this.stir();
  }

  private async carry(): Promise<void> {
    while (!this.muted) {
      const due = this.silent ? Infinity : this.due();
      const wait = due - performance.now();
      if (wait > 0) await this.pause(wait);
      else if (this.kept[0]) this.pass(this.kept[0]);
      else {
        this.sink.end();
        return;
      }
    }
  }

  /** When there is something to be done, as far as it is known now. */
  private due(): number {
    const [next] = this.kept;
    const { latencyMs = 0, jitterMs = 0, slowCloseMs = 0 } = this.faults;
    if (next) return Math.max(this.freeAt, next.at + latencyMs + next.luck * jitterMs);
    return this.endedAt === undefined ? Infinity : this.endedAt + slowCloseMs;
  }

  private pass(chunk: Chunk): void {
    const {
      bytesPerSecond = Infinity,
      sliceBytes = Infinity,
      sliceMs = 0,
      limitBytes = Infinity,
    } = this.faults;
    const throttled = Math.ceil((bytesPerSecond * THROTTLE_MS) / 1000);
    const allowed = Math.max(0, limitBytes - this.carried);
    const piece = chunk.bytes.subarray(0, Math.min(sliceBytes, throttled, allowed));
    this.sink.write(piece);
    this.carried += piece.length;
    this.freeAt = performance.now() + Math.max(sliceMs, (piece.length / bytesPerSecond) * 1000);
    this.drop(chunk, piece.length);
    if (this.carried < limitBytes) return;
    this.sink.end();
    this.source.destroy();
    this.mute();
  }

  private drop(chunk: Chunk, length: number): void {
    chunk.bytes = chunk.bytes.subarray(length);
    if (chunk.bytes.length === 0) this.kept.shift();
    this.size -= length;
    if (this.size <= MOST_KEPT) this.source.resume();
  }

  /** Until something changed, or so long. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
      this.stir = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
