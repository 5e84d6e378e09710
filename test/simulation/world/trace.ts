const KEPT = 400;

/** What happened last, for people: lines are made only when somebody wants to read them. */
export class Trace {
  private readonly lines: { at: number; tell: () => string }[] = [];

  add(at: number, tell: () => string): void {
    this.lines.push({ at, tell });
    if (this.lines.length > 2 * KEPT) this.lines.splice(0, KEPT);
  }

  /** Newest last, `<seconds> <what>`. */
  last(count: number): string[] {
    return this.lines.slice(-count).map(({ at, tell }) => `${(at / 1000).toFixed(3).padStart(8)} ${tell()}`);
  }
}
