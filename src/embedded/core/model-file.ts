import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { CoreFailure } from './core-failure';

const READ_BYTES = 1024 * 1024;
const OWN_REMEDY =
  'RDZEN_MODEL_FILE was changed or removed: put it back, or start Rdzen again to take it as it is.';
const FETCHED_REMEDY = 'Put the right file in its place, or delete it so that it is fetched again.';
const SHA256 = /^[0-9a-f]{64}$/;

/** What tells one state of a file from another without reading it. */
interface FileStamp {
  sizeBytes: number;
  modifiedMs: number;
  inode: number;
}

/**
 * The file with the model's weights. Flipped bytes would load and talk nonsense, so it is held against its SHA-256
 * before it is used, once for each state of the file.
 */
export class ModelFile {
  private summed?: { key: string; sha256: string };

  constructor(
    readonly path: string,
    private readonly givenSha256?: string,
    private readonly own = false,
  ) {}

  /** What a person can do about a file that is not as it should be. */
  get remedy(): string {
    return this.own ? OWN_REMEDY : FETCHED_REMEDY;
  }

  /** Changes whenever the file may have changed; undefined where it is not there. */
  async key(): Promise<string | undefined> {
    const stamp = await this.stamp();
    return stamp && keyOf(stamp);
  }

  async sizeBytes(): Promise<number> {
    return (await this.stamp())?.sizeBytes ?? 0;
  }

  /** The SHA-256 that it should have; without one, the one that it has. */
  async digest(): Promise<string> {
    return (await this.expectedSha256()) ?? (await this.sha256());
  }

  /** Whether {@link digest} can be told without reading the file. */
  async hasKnownSum(): Promise<boolean> {
    return (await this.expectedSha256()) !== undefined;
  }

  /** Throws 500 with file, cause and remedy where it is not what it should be. */
  async verify(): Promise<void> {
    const expected = await this.expectedSha256();
    if (!expected) return;
    const found = await this.sha256();
    if (found === expected) return;
    throw new CoreFailure(
      500,
      `the model file ${this.path} is damaged or another one: its SHA-256 is ${found}, and ${expected} is expected. ` +
        this.remedy,
    );
  }

  private async sha256(): Promise<string> {
    const key = await this.key();
    if (this.summed && this.summed.key === key) return this.summed.sha256;
    const hash = createHash('sha256');
    for await (const part of createReadStream(this.path, { highWaterMark: READ_BYTES })) {
      hash.update(part as Buffer);
    }
    const sha256 = hash.digest('hex');
    this.summed = key === undefined ? undefined : { key, sha256 };
    return sha256;
  }

  /** As given, else as the file's companion `<path>.json` says. */
  private async expectedSha256(): Promise<string | undefined> {
    if (this.givenSha256) return this.givenSha256.toLowerCase();
    const text = await readFile(`${this.path}.json`, 'utf8').catch(() => '');
    const found: unknown = text && (parsed(text) as { sha256?: unknown } | undefined)?.sha256;
    return typeof found === 'string' && SHA256.test(found) ? found : undefined;
  }

  private async stamp(): Promise<FileStamp | undefined> {
    const found = await stat(this.path).catch(() => undefined);
    return found?.isFile()
      ? { sizeBytes: found.size, modifiedMs: found.mtimeMs, inode: found.ino }
      : undefined;
  }
}

function keyOf({ sizeBytes, modifiedMs, inode }: FileStamp): string {
  return `${sizeBytes} ${modifiedMs} ${inode}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
