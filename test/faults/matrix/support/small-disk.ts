import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEGABYTES = 48;
const BLOCK = Buffer.alloc(64 * 1024);
const MOUNT = `mount -t tmpfs -o size=${MEGABYTES}m tmpfs "$0" && exec "$@"`;

/** How a gateway's data folder can be made to run full. */
export interface SmallDisk {
  /** What {@link RunningRdzen.launch} starts the gateway through, so that its data folder is on that disk. */
  through(data: string): readonly string[];
  fill(pid: number, data: string): void;
  free(pid: number, data: string): void;
  /** What the store says then; the log must show it. */
  readonly words: RegExp;
}

/**
 * A tmpfs that the gateway mounts in a namespace of its own, so that it ends with the gateway. Where none may be mounted
 * no file of the running process can grow any more instead, which the store cannot tell from a broken disk.
 */
export function smallDisk(): SmallDisk {
  const ways = [
    ['unshare', '--map-root-user', '--mount'],
    ['unshare', '--mount'],
  ];
  const way = ways.find(mounts);
  return way ? new Tmpfs(way) : new FileSizeLimit();
}

function mounts([command = '', ...args]: readonly string[]): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'rdzen-disk-'));
  try {
    return spawnSync(command, [...args, 'sh', '-c', MOUNT, folder, 'true']).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Tmpfs implements SmallDisk {
  readonly words = /database or disk is full/;

  constructor(private readonly namespace: readonly string[]) {}

  through(data: string): readonly string[] {
    return [...this.namespace, 'sh', '-c', MOUNT, data];
  }

  fill(pid: number, data: string): void {
    const file = openSync(filler(pid, data), 'w');
    try {
      for (let size = BLOCK.length; size >= 1;) {
        try {
          writeSync(file, BLOCK, 0, size);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(pid: number, data: string): void {
    rmSync(filler(pid, data), { force: true });
  }
}

class FileSizeLimit implements SmallDisk {
  readonly words = /disk I\/O error|database or disk is full/;

  through(): readonly string[] {
    return [];
  }

  fill(pid: number): void {
    execFileSync('prlimit', [`--pid=${pid}`, '--fsize=1:']);
  }

  free(pid: number): void {
    execFileSync('prlimit', [`--pid=${pid}`, '--fsize=unlimited:']);
  }
}

/** In the process's own namespace. */
function filler(pid: number, data: string): string {
  return join(`/proc/${pid}/root`, data, 'filler');
}
