import { createHash, type Hash } from 'node:crypto';
import { open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { writeJson } from './disk';
import { isGone, leftoverName } from './leftovers';
import { feed, type Summing } from './file-sum';

/** What a half-fetched file is part of. */
interface PartState {
  sha256: string;
  /** Strong validator of the server it came from. */
  etag?: string;
}

/** Partial files in use by this process: two downloads of one file must not write into each other's. */
const inUse = new Set<string>();

/**
 * A file that is being fetched: `<file>.part`, with `<file>.part.json` saying of what. Its SHA-256 runs along with the
 * bytes; bytes of an earlier run are read back and summed again before more are added.
 */
export class PartFile {
  etag?: string;
  private file?: FileHandle;
  private hash: Hash = createHash('sha256');
  private bytes = 0;

  private constructor(
    readonly path: string,
    private readonly sha256: string,
    private readonly claim: string,
  ) {}

  get received(): number {
    return this.bytes;
  }

  /** Takes up what an earlier run left, where it belongs to the same file and nobody else is at it. */
  static async take(target: string, sha256: string, summing: Summing): Promise<PartFile> {
    const common = `${target}.part`;
    const mine = await claim(common);
    const part = new PartFile(mine ? common : leftoverName(target), sha256, `${common}.claim`);
    inUse.add(part.path);
    try {
      const state = mine ? await readState(`${part.path}.json`) : undefined;
      if (state?.sha256 === sha256) {
        part.bytes = await stat(part.path).then(
          () => feed(part.hash, part.path, summing),
          () => 0,
        );
        if (state.etag !== undefined) part.etag = state.etag;
      }
      part.file = await open(part.path, part.bytes > 0 ? 'r+' : 'w');
      return part;
    } catch (error) {
      await part.release();
      throw error;
    }
  }

  /** The next bytes will come from the server that gave this validator. */
  async note(etag: string | undefined): Promise<void> {
    if (etag === undefined) delete this.etag;
    else this.etag = etag;
    await writeJson(`${this.path}.json`, { sha256: this.sha256, ...(etag !== undefined && { etag }) });
  }

  /** Bytes count only once they are written whole, so that sum and file never differ. */
  async append(chunk: Buffer): Promise<void> {
    let written = 0;
    while (written < chunk.length) {
      const position = this.bytes + written;
      const { bytesWritten } = await this.handle.write(chunk, written, chunk.length - written, position);
      written += bytesWritten;
    }
    this.hash.update(chunk);
    this.bytes += chunk.length;
  }

  async startAnew(): Promise<void> {
    await this.handle.truncate(0);
    this.hash = createHash('sha256');
    this.bytes = 0;
    delete this.etag;
  }

  /** SHA-256 of what is there; the part cannot be added to afterwards unless it starts anew. */
  async finish(): Promise<string> {
    await this.handle.truncate(this.bytes);
    await this.handle.sync();
    return this.hash.digest('hex');
  }

  /** Removes what another source has made needless. */
  static async forget(target: string): Promise<void> {
    const part = `${target}.part`;
    if (!(await claim(part))) return;
    for (const path of [part, `${part}.json`, `${part}.claim`]) await rm(path, { force: true });
  }

  /** Nothing is added any more: some systems rename only files that are closed. */
  async seal(): Promise<void> {
    await this.handle.close();
    delete this.file;
  }

  /** Lets go of the file and leaves it as it is. */
  async release(): Promise<void> {
    await this.file?.close().catch(() => undefined);
    delete this.file;
    inUse.delete(this.path);
    if (`${this.path}.claim` === this.claim) await rm(this.claim, { force: true }).catch(() => undefined);
  }

  async discard(): Promise<void> {
    await this.release();
    for (const path of [this.path, `${this.path}.json`])
      await rm(path, { force: true }).catch(() => undefined);
  }

  private get handle(): FileHandle {
    if (!this.file) throw new Error(`${this.path} is closed`);
    return this.file;
  }
}

/** @returns whether the partial file is ours now; a claim whose process is gone does not count */
async function claim(path: string): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = await open(`${path}.claim`, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(`${path}.claim`, 'utf8').catch(() => '0'));
    if (owner === process.pid ? inUse.has(path) : !isGone(owner)) return false;
    await rm(`${path}.claim`, { force: true });
  }
  return false;
}

async function readState(path: string): Promise<PartState | undefined> {
  try {
    const { sha256, etag } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    if (typeof sha256 !== 'string') return undefined;
    return { sha256, ...(typeof etag === 'string' && { etag }) };
  } catch {
    return undefined;
  }
}
