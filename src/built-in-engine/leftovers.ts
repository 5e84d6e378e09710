import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

let counter = 0;
const ours = new Set<string>();

/** A name beside `path` that nobody else uses; `sweepLeftovers` removes it once this process is gone. */
export function leftoverName(path: string): string {
  const name = `${path}.part-${process.pid}-${++counter}`;
  ours.add(name);
  return name;
}

/** Files and folders named by {@link leftoverName} whose process is gone. */
export async function sweepLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const owner = /\.part-(\d+)-\d+(?:\.json)?$/.exec(name)?.[1];
    const path = join(folder, name);
    if (owner === undefined || ours.has(path.replace(/\.json$/, '')) || !isGone(Number(owner))) continue;
    await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }).catch(() => undefined);
  }
}

/** Our own id, on something that this process did not make, is that of an earlier life (usual in containers). */
export function isGone(pid: number): boolean {
  if (pid === process.pid || !Number.isSafeInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
