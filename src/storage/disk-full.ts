import { statfsSync } from 'node:fs';
import { RdzenError } from '../shared/rdzen-error';

const CODES = ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'];

/**
 * A database on a disk with a few free blocks fails in ways that look like damage, so it is not even opened there.
 *
 * @throws RdzenError DISK_FULL
 */
export function requireFreeSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new RdzenError(
    'DISK_FULL',
    `The disk of the data folder ${folder} has only ${(free / 1e6).toFixed(1)} MB left; at least ${bytes / 1e6} MB are needed. Free some space, or choose a folder on another disk with RDZEN_DATA.`,
  );
}

/** Whether a write failed for want of room. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  // The driver does not always pass SQLite's code on.
  return (code !== undefined && CODES.includes(code)) || error.message === 'database or disk is full';
}

/** A failed write as RdzenError DISK_FULL that names the folder; any other error as it is. */
export function nameDiskFull(error: unknown, folder: string): unknown {
  if (!isDiskFull(error)) return error;
  return new RdzenError(
    'DISK_FULL',
    `The disk of the data folder ${folder} is full. Free some space, or choose a folder on another disk with RDZEN_DATA.`,
    { cause: error },
  );
}
