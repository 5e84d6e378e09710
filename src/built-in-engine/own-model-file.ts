import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { writeJson } from './disk';
import { EngineUnavailable } from './engine-unavailable';
import { sha256Of, type Summing } from './file-sum';

const MAGIC = 'GGUF';
const SPLIT = /-(\d{5})-of-(\d{5})\.gguf$/i;

export interface OwnModel {
  file: string;
  /** As clients say it, where people gave it no other name. */
  name: string;
  sha256: string;
}

/**
 * The person's own GGUF (RDZEN_MODEL_FILE), hashed once for each state of the file.
 * @param memory small file that remembers the sum; doing without it only costs time
 * @throws EngineUnavailable
 */
export async function readOwnModel(given: string, memory: string, summing: Summing): Promise<OwnModel> {
  const file = resolve(given);
  const { size, mtimeMs } = await inspect(file);
  const state = `${file} ${size} ${mtimeMs}`;
  const known = await recall(memory, state);
  const sha256 = known ?? (await sha256Of(file, summing));
  if (known === undefined)
    await mkdir(dirname(memory), { recursive: true })
      .then(() => writeJson(memory, { state, sha256 }))
      .catch(() => undefined);
  return { file, name: nameOf(file), sha256 };
}

async function inspect(file: string): Promise<{ size: number; mtimeMs: number }> {
  const [, number, parts] = SPLIT.exec(file) ?? [];
  if (number !== undefined && Number(number) !== 1)
    throw bad(file, 'is not the first part of its model', 'Name the part -00001-of-');
  for (let part = 2; part <= Number(parts ?? 1); part++) {
    const name = basename(file).replace(SPLIT, `-${String(part).padStart(5, '0')}-of-${parts}.gguf`);
    await stat(join(dirname(file), name)).catch(() => {
      throw bad(file, `lacks its part ${name}`, 'Put all parts into one folder');
    });
  }
  return readHead(file);
}

async function readHead(file: string): Promise<{ size: number; mtimeMs: number }> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code ?? 'no code'})`;
    throw bad(file, why, 'Check the path and its permissions');
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw bad(file, 'is no file', 'Name the GGUF file itself');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    if (bytesRead < MAGIC.length || buffer.toString('latin1') !== MAGIC)
      throw bad(file, 'is no GGUF model', 'Name a file in GGUF format');
    return found;
  } finally {
    await handle.close();
  }
}

async function recall(memory: string, state: string): Promise<string | undefined> {
  try {
    const known = JSON.parse(await readFile(memory, 'utf8')) as { state?: unknown; sha256?: unknown };
    return known.state === state && typeof known.sha256 === 'string' ? known.sha256 : undefined;
  } catch {
    return undefined;
  }
}

const nameOf = (file: string): string =>
  basename(file)
    .replace(SPLIT, '')
    .replace(/\.gguf$/i, '')
    .replace(/[^\w.-]+/g, '-')
    .toLowerCase() || 'model';

function bad(file: string, why: string, remedy: string): EngineUnavailable {
  return new EngineUnavailable(
    `RDZEN_MODEL_FILE: ${file} ${why}`,
    `${remedy}, or leave RDZEN_MODEL_FILE unset`,
  );
}
