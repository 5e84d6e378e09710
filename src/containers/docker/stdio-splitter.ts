import { Readable, Writable } from 'node:stream';

const HEADER_BYTES = 8;

/**
 * Takes a live stream of a container without a terminal apart into its two outputs. Takes no more than these pass on:
 * whoever does not read holds back the container, not our memory. Format: see {@link demultiplexed}.
 */
export class StdioSplitter extends Writable {
  readonly stdout: Readable;
  readonly stderr: Readable;
  private readonly wanted = new Map<Readable, () => void>();
  private header = Buffer.alloc(0);
  private left = 0;
  private whole = false;
  private target?: Readable;

  constructor() {
    super();
    this.stdout = this.output();
    this.stderr = this.output();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    this.split(chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error) => void): void {
    if (this.left > 0 || this.header.length > 0) {
      done(new Error('the stream was cut within a frame'));
      return;
    }
    this.whole = true;
    for (const output of [this.stdout, this.stderr]) output.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // What has all come may still be read.
    if (!this.whole) for (const output of [this.stdout, this.stderr]) output.destroy(error ?? undefined);
    done(error);
  }

  private async split(chunk: Buffer): Promise<void> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.left === 0) {
        rest = this.takeHeader(rest);
        continue;
      }
      const payload = rest.subarray(0, this.left);
      rest = rest.subarray(payload.length);
      this.left -= payload.length;
      await this.pass(payload);
    }
  }

  /** @returns what stands behind it */
  private takeHeader(rest: Buffer): Buffer {
    const missing = HEADER_BYTES - this.header.length;
    this.header = Buffer.concat([this.header, rest.subarray(0, missing)]);
    if (this.header.length < HEADER_BYTES) return rest.subarray(missing);
    const kind = this.header[0] ?? 0;
    if (kind > 2 || this.header[1] !== 0)
      throw new Error(`the stream has a frame of an unknown kind (${kind})`);
    this.left = this.header.readUInt32BE(4);
    this.target = kind === 2 ? this.stderr : this.stdout;
    this.header = Buffer.alloc(0);
    return rest.subarray(missing);
  }

  private async pass(payload: Buffer): Promise<void> {
    const { target } = this;
    // One that was closed by its reader takes nothing, and holds nobody back.
    if (!target || target.destroyed || target.push(payload)) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        target.removeListener('close', go);
        resolve();
      };
      this.wanted.set(target, go);
      target.once('close', go);
    });
  }

  private output(): Readable {
    const output: Readable = new Readable({
      read: () => {
        this.wanted.get(output)?.();
        this.wanted.delete(output);
      },
    });
    // A connection that breaks shows to who reads; where nobody does, it must not end the process.
    output.on('error', () => undefined);
    return output;
  }
}
