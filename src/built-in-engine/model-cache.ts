import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exists, writeJson } from './disk';
import { sha256Of, type Summing } from './file-sum';

const SHA256 = /^[0-9a-f]{64}$/;

/** `<file>.json` beside a model: what it is. `parts` where the model is split: `<file>` then stands for the first. */
export interface ModelRecord {
  sha256: string;
  sizeBytes: number;
  source: string;
  parts?: { name: string; sha256: string; sizeBytes: number }[];
}

type Pinned = Pick<ModelRecord, 'sha256' | 'sizeBytes'>;

export interface CacheCheck {
  /** Of the file that is there and right. */
  record?: ModelRecord;
  /** What was found wrong and set aside. */
  remark?: string;
}

/** Files summed, or fetched and summed, by this process: path to what they were then. */
const summed = new Map<string, string>();

/** Fetched models, each with its record beside it; both written so that a file that exists is complete. */
export class ModelCache {
  constructor(readonly folder: string) {}

  pathOf(fileName: string): string {
    return join(this.folder, fileName);
  }

  /** Folder of the parts of a split model. */
  partsOf(file: string): string {
    return `${file}.parts`;
  }

  /** @param pinned what the file must be; without it, its own record says so */
  async check(file: string, pinned: Pinned | undefined, summing: Summing): Promise<CacheCheck> {
    if (!(await exists(file))) return {};
    const record = await this.read(file);
    const wanted = pinned ?? record;
    if (!wanted) return { remark: await this.setAside(file, 'has no record of its checksum') };
    const parts = record?.parts?.map((part) => ({ ...part, path: join(this.partsOf(file), part.name) }));
    for (const { path, sha256, sizeBytes } of parts ?? [{ ...wanted, path: file }]) {
      const wrong = await difference(path, sha256, sizeBytes, summing);
      if (wrong) return { remark: await this.setAside(path, wrong, file) };
    }
    const right = record ?? { ...wanted, source: 'found in the cache' };
    if (!record || record.sha256 !== wanted.sha256) await this.write(file, { ...right, ...wanted });
    return { record: right };
  }

  /** Whether a file is there and as it must be. */
  async isRight(path: string, { sha256, sizeBytes }: Pinned, summing: Summing): Promise<boolean> {
    return (await difference(path, sha256, sizeBytes, summing)) === undefined;
  }

  async write(file: string, record: ModelRecord): Promise<void> {
    await writeJson(`${file}.json`, record);
  }

  /** A file that was summed on its way here need not be read again. */
  async trust(path: string, sha256: string): Promise<void> {
    summed.set(path, await stateOf(path, sha256));
  }

  /** Once the right files are there, the damaged ones are of no use. */
  async forgetDamaged(file: string): Promise<void> {
    const parts = this.partsOf(file);
    const names = (await readdir(parts).catch(() => [])).filter((name) => name.endsWith('.damaged'));
    for (const path of [damagedName(file), ...names.map((name) => join(parts, name))])
      await rm(path, { force: true }).catch(() => undefined);
  }

  /** @param entry the name under which cores look for the model; it must vanish with the part that is wrong */
  private async setAside(path: string, why: string, entry = path): Promise<string> {
    const aside = damagedName(path);
    await rename(path, aside).catch(() => undefined);
    await rm(entry, { force: true });
    return `The model file ${basename(path)} in ${dirname(path)} ${why}; it was set aside as ${basename(aside)} and is fetched again`;
  }

  private async read(file: string): Promise<ModelRecord | undefined> {
    try {
      const record = JSON.parse(await readFile(`${file}.json`, 'utf8')) as ModelRecord;
      const sound = SHA256.test(record.sha256) && Number.isSafeInteger(record.sizeBytes);
      return sound ? record : undefined;
    } catch {
      return undefined;
    }
  }
}

const damagedName = (path: string): string => `${path}.damaged`;

async function difference(
  path: string,
  sha256: string,
  sizeBytes: number,
  summing: Summing,
): Promise<string | undefined> {
  const size = await stat(path).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) return 'is missing';
  if (size !== sizeBytes) return `is damaged (${size} bytes, not ${sizeBytes})`;
  const state = await stateOf(path, sha256);
  if (summed.get(path) === state) return undefined;
  if ((await sha256Of(path, summing)) !== sha256) return 'is damaged (its SHA-256 is wrong)';
  summed.set(path, state);
  return undefined;
}

async function stateOf(path: string, sha256: string): Promise<string> {
  const { ino, size, mtimeMs, ctimeMs } = await stat(path);
  return [sha256, ino, size, mtimeMs, ctimeMs].join(' ');
}
