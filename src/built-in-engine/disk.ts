import { mkdir, open, readdir, rename, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { leftoverName } from './leftovers';
import { DataFolderProblem } from './engine-unavailable';

/** Left free for the database and the logs, which live on the same disk. */
const MARGIN_BYTES = 64 * 1024 * 1024;
const FULL_BYTES = 8 * 1024 * 1024;
const ANOTHER_FOLDER = 'choose another data folder with RDZEN_DATA';

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/** @throws DataFolderProblem where the folder's disk has less room than that, and some to spare. */
export async function ensureRoom(folder: string, bytes: number, what: string): Promise<void> {
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (free < bytes + MARGIN_BYTES)
    throw new DataFolderProblem(
      `There is no room for ${what}: ${folder} has ${megabytes(free)} free, ${megabytes(bytes + MARGIN_BYTES)} are needed`,
      `Make room, or ${ANOTHER_FOLDER}`,
    );
}

/**
 * npm has been seen to end well on a full disk, with files cut short.
 * @throws DataFolderProblem where nothing is left
 */
export async function ensureNotFull(folder: string): Promise<void> {
  const disk = await statfs(folder);
  if (disk.bavail * disk.bsize < FULL_BYTES) throw full(folder);
}

export async function ensureFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const cause = await plainCause(error, folder);
    throw asFolderProblem(cause, folder) ?? cause;
  }
}

/** A recursive mkdir on a read-only disk says ENOENT; a plain one at the topmost missing folder says why. */
async function plainCause(error: unknown, folder: string): Promise<unknown> {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  let missing = folder;
  while (dirname(missing) !== missing && !(await exists(dirname(missing)))) missing = dirname(missing);
  return mkdir(missing).then(
    () => error,
    (cause: unknown) => cause,
  );
}

/** An error of the file system that stands for the whole data folder; undefined for any other. */
export function asFolderProblem(error: unknown, folder: string): DataFolderProblem | undefined {
  if (error instanceof DataFolderProblem) return error;
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return full(folder, error);
    case 'EROFS':
      return problem(`${folder} lies on a read-only file system`, 'Mount it writable', error);
    case 'EACCES':
    case 'EPERM':
      return problem(
        `This user may not write to ${folder}`,
        'Give this user the folder (chown, chmod)',
        error,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return problem(`There is a file where the folder ${folder} should be`, 'Move the file aside', error);
    case 'EIO':
      return problem(`The disk of ${folder} fails (EIO)`, 'See to the disk', error);
    default:
      return undefined;
  }
}

function full(folder: string, cause?: unknown): DataFolderProblem {
  return problem(`There is no space left on the disk of ${folder}`, 'Make room', cause);
}

function problem(reason: string, remedy: string, cause: unknown): DataFolderProblem {
  return new DataFolderProblem(reason, `${remedy}, or ${ANOTHER_FOLDER}`, { cause });
}

/** Size of all files below a folder; what vanishes meanwhile counts as nothing. */
export async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await bytesBelow(path);
    else if (entry.isFile())
      sum += await stat(path).then(
        ({ size }) => size,
        () => 0,
      );
  }
  return sum;
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Whole or not at all. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const beside = leftoverName(path);
  await writeFile(beside, `${JSON.stringify(value)}\n`, { flush: true });
  await rename(beside, path);
}

/** Makes a rename survive a power cut; file systems that cannot do it (Windows) do without. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
