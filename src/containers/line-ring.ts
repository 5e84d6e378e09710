import { StringDecoder } from 'node:string_decoder';

const CUT = ' [cut]';

/** The last lines that a program wrote, bounded in number and length whatever it writes. */
export class LineRing {
  private readonly lines: string[] = [];

  constructor(
    private readonly capacity = 200,
    private readonly longest = 2000,
  ) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new TypeError(`capacity must be >= 1, not ${capacity}`);
    if (!Number.isInteger(longest) || longest < 1)
      throw new TypeError(`longest must be >= 1, not ${longest}`);
  }

  /** A sink for one stream: lines of two streams never mix within a line. */
  sink(): { write(chunk: Buffer): void; end(): void } {
    const decoder = new StringDecoder('utf8');
    let partial = '';
    const take = (text: string): void => {
      const pieces = (partial + text).split(/\r?\n|\r/);
      // One character over the limit is kept, so that push() can tell a full line from a cut one.
      partial = (pieces.pop() ?? '').slice(0, this.longest + 1);
      for (const piece of pieces) this.push(piece);
    };
    return {
      write: (chunk) => take(decoder.write(chunk)),
      end: () => {
        take(decoder.end());
        if (partial !== '') this.push(partial);
        partial = '';
      },
    };
  }

  push(line: string): void {
    this.lines.push(line.length > this.longest ? line.slice(0, this.longest) + CUT : line);
    if (this.lines.length > this.capacity) this.lines.shift();
  }

  /** @returns at most `count` lines, newest last. */
  last(count = this.capacity): string[] {
    return this.lines.slice(-count);
  }
}
