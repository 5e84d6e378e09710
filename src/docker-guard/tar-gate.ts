import { Transform, type TransformCallback } from 'node:stream';
import { isPlainPath, type PaxRecords, readHeader, readPax, TarRefused } from './tar-header';

const BLOCK = 512;
const MOST_PAX_BYTES = 8 * 1024;
/** Size and time of a file count for nothing here; more files than that are no small folder. */
const MOST_ENTRIES = 100_000;

type Piece = 'header' | 'pax' | 'content' | 'end';

/**
 * Lets an archive through that holds plain files and folders below the place it is unpacked at, and nothing else: no links,
 * no devices, no way out, nothing that runs with the rights of its owner. Read block by block; what comes through has been
 * judged. Errors: {@link TarRefused}. Source: POSIX.1-2017, `pax`.
 */
export class TarGate extends Transform {
  private buffer: Buffer = Buffer.alloc(0);
  private piece: Piece = 'header';
  /** Bytes of the piece, with what fills its last block. */
  private left = 0;
  private paxBytes = 0;
  private pax?: PaxRecords;
  private entries = 0;
  private bytes = 0;

  /** @param most bytes of the whole archive */
  constructor(private readonly most: number) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.bytes += chunk.length;
      if (this.bytes > this.most) throw new TarRefused(`an archive of more than ${this.most} bytes`);
      this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
      while (this.step());
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    const whole = this.piece === 'end' && this.buffer.length === 0;
    done(whole ? null : new TarRefused('an archive that was cut off'));
  }

  /** @returns whether there may be more to take of what is there */
  private step(): boolean {
    const { buffer, piece } = this;
    if (buffer.length === 0) return false;
    if (piece === 'content') return this.pass(Math.min(buffer.length, this.left));
    if (piece === 'pax') return buffer.length >= this.left && this.takePax();
    if (buffer.length < BLOCK) return false;
    const block = buffer.subarray(0, BLOCK);
    const isEmpty = block.every((byte) => byte === 0);
    if (piece === 'end' && !isEmpty) throw new TarRefused('something behind its end');
    if (isEmpty) this.endAt();
    else this.header(block);
    return this.pass(BLOCK, false);
  }

  private endAt(): void {
    if (this.pax) throw new TarRefused('a description of nothing');
    this.piece = 'end';
  }

  private header(block: Buffer): void {
    const { kind, path, mode, size } = readHeader(block);
    if (kind === 'pax') {
      if (this.pax) throw new TarRefused('two descriptions of one file');
      if (size > MOST_PAX_BYTES) throw new TarRefused('a description of a file that is too long');
      this.expect('pax', size);
      this.paxBytes = size;
      return;
    }
    const real = this.pax?.path ?? path;
    const bytes = this.pax?.size ?? size;
    this.pax = undefined;
    if (!isPlainPath(real)) throw new TarRefused('a path that leads out, or is none');
    // Readers take it for a folder.
    if (kind === 'file' && real.endsWith('/')) throw new TarRefused('a file named like a folder');
    if ((mode & 0o6000) !== 0) throw new TarRefused('a file that runs with the rights of its owner');
    if (kind === 'folder' && bytes > 0) throw new TarRefused('a folder with content');
    if (++this.entries > MOST_ENTRIES) throw new TarRefused(`more than ${MOST_ENTRIES} files`);
    this.expect('content', bytes);
  }

  private takePax(): boolean {
    this.pax = readPax(this.buffer.subarray(0, this.paxBytes));
    return this.pass(this.left);
  }

  private expect(piece: Piece, size: number): void {
    this.left = Math.ceil(size / BLOCK) * BLOCK;
    this.piece = this.left === 0 ? 'header' : piece;
    if (piece === 'pax' && size === 0) throw new TarRefused('an empty description');
  }

  private pass(length: number, ofPiece = true): boolean {
    this.push(this.buffer.subarray(0, length));
    this.buffer = this.buffer.subarray(length);
    if (ofPiece) {
      this.left -= length;
      if (this.left === 0) this.piece = 'header';
    }
    return true;
  }
}
