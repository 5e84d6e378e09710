import { mkdir, open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { writeJson } from './disk';
import { EngineUnavailable } from './engine-unavailable';
import { sha256Of, type Summing } from './file-sum';
import { GgufHeadCut, NoGguf, parseGgufHead, type GgufHead } from './gguf-head';

const FIRST_READ_BYTES = 1024 * 1024;
/** Vocabularies of a quarter million words take 10 MB. */
const LARGEST_HEAD_BYTES = 128 * 1024 * 1024;
const SPLIT = /-(\d{5})-of-(\d{5})\.gguf$/i;

export interface OwnModel {
  file: string;
  /** As clients say it, where people gave it no other name. */
  name: string;
  sha256: string;
  /** Of all its parts. */
  sizeBytes: number;
}

interface Found {
  /** Of the named file alone. */
  size: number;
  mtimeMs: number;
  /** Of all parts. */
  sizeBytes: number;
}

/**
 * The person's own GGUF (RDZEN_MODEL_FILE), hashed once for each state of the file.
 * @param memory small file that remembers the sum; doing without it only costs time
 * @throws EngineUnavailable
 */
export async function readOwnModel(given: string, memory: string, summing: Summing): Promise<OwnModel> {
  const file = resolve(given);
  const { size, mtimeMs, sizeBytes } = await inspect(file);
  const state = `${file} ${size} ${mtimeMs}`;
  const known = await recall(memory, state);
  const sha256 = known ?? (await sha256Of(file, summing));
  if (known === undefined)
    await mkdir(dirname(memory), { recursive: true })
      .then(() => writeJson(memory, { state, sha256 }))
      .catch(() => undefined);
  return { file, name: nameOf(file), sha256, sizeBytes };
}

async function inspect(file: string): Promise<Found> {
  const [, number, parts] = SPLIT.exec(file) ?? [];
  if (number !== undefined && Number(number) !== 1)
    throw bad(file, 'is not the first part of its model', 'Name the part -00001-of-');
  const first = await inspectPart(file, file, parts !== undefined);
  let sizeBytes = first.size;
  for (let part = 2; part <= Number(parts ?? 1); part++) {
    const name = basename(file).replace(SPLIT, `-${String(part).padStart(5, '0')}-of-${parts}.gguf`);
    const path = join(dirname(file), name);
    await stat(path).catch(() => {
      throw bad(file, `lacks its part ${name}`, 'Put all parts into one folder');
    });
    sizeBytes += (await inspectPart(path, file, true)).size;
  }
  return { ...first, sizeBytes };
}

/** @param mayBeEmpty a first part may hold the vocabulary alone */
async function inspectPart(
  path: string,
  file: string,
  mayBeEmpty: boolean,
): Promise<{ size: number; mtimeMs: number }> {
  const unreadable = (error: NodeJS.ErrnoException): never => {
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code ?? 'no code'})`;
    throw bad(path, why, 'Check the path and its permissions');
  };
  const found = await stat(path).catch(unreadable);
  // Before it is opened: a pipe would wait for somebody to write.
  if (!found.isFile()) throw bad(path, 'is no file', 'Name the GGUF file itself');
  const handle = await open(path, 'r').catch(unreadable);
  try {
    const { tensors, neededBytes } = await readHead(handle, found.size);
    if (tensors === 0 && !mayBeEmpty) throw new NoGguf('is a GGUF without a model in it');
    if (neededBytes > found.size)
      throw new NoGguf(`is cut short (${found.size} bytes, at least ${neededBytes} are needed)`);
    return found;
  } catch (error) {
    if (error instanceof NoGguf)
      throw bad(path, error.message, path === file ? 'Name a whole file in GGUF format' : 'Fetch it again');
    throw (error as NodeJS.ErrnoException).code ? unreadable(error as NodeJS.ErrnoException) : error;
  } finally {
    await handle.close();
  }
}

async function readHead(handle: FileHandle, size: number): Promise<GgufHead> {
  for (let length = FIRST_READ_BYTES; ; length *= 4) {
    const wanted = Math.min(length, size, LARGEST_HEAD_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, 0);
    try {
      return parseGgufHead(buffer.subarray(0, bytesRead));
    } catch (error) {
      if (!(error instanceof GgufHeadCut)) throw error;
      if (wanted < length) throw new NoGguf('is no GGUF model, or is cut short in its head');
    }
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
