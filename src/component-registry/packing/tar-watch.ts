const BLOCK = 512;

/** Names of an archive's entries as its bytes go by. Reads ustar, pax and GNU names well enough to look for a file. */
export class TarWatch {
  readonly names = new Set<string>();
  private rest: Buffer = Buffer.alloc(0);
  private skip = 0;
  private long: { left: number; parts: Buffer[]; pax: boolean } | undefined;
  private nextName: string | undefined;
  private ended = false;

  /** @throws Error where it is no archive */
  take(chunk: Buffer): void {
    let data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    while (!this.ended && data.length > 0) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, data.length);
        if (this.long) this.collect(data.subarray(0, passed));
        this.skip -= passed;
        data = data.subarray(passed);
        continue;
      }
      if (data.length < BLOCK) break;
      this.header(data.subarray(0, BLOCK));
      data = data.subarray(BLOCK);
    }
    this.rest = this.ended ? Buffer.alloc(0) : Buffer.from(data);
  }

  private header(block: Buffer): void {
    if (block.every((byte) => byte === 0)) {
      this.ended = true;
      return;
    }
    const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
    if (sum !== octal(block, 148, 8)) throw new Error('it is no tar archive');
    const size = sizeOf(block);
    this.skip = Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(block[156] ?? 0);
    if (type === 'x' || type === 'L') {
      this.long = { left: size, parts: [], pax: type === 'x' };
      return;
    }
    if (type === 'g') return;
    const prefix =
      block.toString('latin1', 257, 262) === 'ustar' && block[263] === 48 ? text(block, 345, 155) : '';
    const name = this.nextName ?? `${prefix === '' ? '' : `${prefix}/`}${text(block, 0, 100)}`;
    this.nextName = undefined;
    this.names.add(name.replace(/^(\.?\/)+/, '').replace(/\/$/, ''));
  }

  private collect(data: Buffer): void {
    const { long } = this;
    if (!long) return;
    const own = data.subarray(0, long.left);
    // A sign may be divided between two pieces.
    long.parts.push(Buffer.from(own));
    long.left -= own.length;
    if (long.left > 0) return;
    const said = Buffer.concat(long.parts).toString('utf8');
    this.nextName = long.pax ? /\d+ path=([^\n]*)\n/.exec(said)?.[1] : said.replace(/\0.*$/s, '');
    this.long = undefined;
  }
}

function text(block: Buffer, at: number, length: number): string {
  return block.toString('utf8', at, at + length).replace(/\0.*$/s, '');
}

function octal(block: Buffer, at: number, length: number): number {
  return parseInt(block.toString('latin1', at, at + length).replace(/[\0 ]+/g, ''), 8) || 0;
}

/** GNU writes what does not fit into octal as a number of bytes. */
function sizeOf(block: Buffer): number {
  return (block[124] ?? 0) & 0x80 ? Number(block.readBigUInt64BE(128)) : octal(block, 124, 12);
}
