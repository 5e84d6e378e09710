const SMALLEST = 4 * 1024;
/** More than that is given back as soon as the line is done. */
const KEPT = 64 * 1024;

/** The beginning of a line that has not ended yet: one copy, however small the pieces, and never more than `most` bytes. */
export class LineBuffer {
  private bytes = new Uint8Array(0);
  private used = 0;

  constructor(private readonly most: number) {}

  get length(): number {
    return this.used;
  }

  /** What it takes of memory. */
  get capacity(): number {
    return this.bytes.length;
  }

  /** @returns false, and keeps nothing of it, where it would not fit */
  append(piece: Uint8Array): boolean {
    const wanted = this.used + piece.length;
    if (wanted > this.most) return false;
    if (wanted > this.bytes.length) this.grow(wanted);
    this.bytes.set(piece, this.used);
    this.used = wanted;
    return true;
  }

  /** Valid until the next call. */
  content(): Uint8Array {
    return this.bytes.subarray(0, this.used);
  }

  clear(): void {
    this.used = 0;
    if (this.bytes.length > KEPT) this.bytes = new Uint8Array(0);
  }

  private grow(wanted: number): void {
    const size = Math.min(this.most, Math.max(wanted, this.bytes.length * 2, SMALLEST));
    const larger = new Uint8Array(size);
    larger.set(this.content());
    this.bytes = larger;
  }
}
