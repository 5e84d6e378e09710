import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * What the kernel knows about processes. Also part of the reaper program, so it imports nothing but Node.
 * Where there is no /proc (macOS, BSD) only process groups can be asked after, not environments.
 */
const HAS_PROC = process.platform === 'linux';
const NUL = Buffer.from([0]);

interface Stat {
  pid: number;
  state: string;
  parent: number;
  group: number;
  /** Clock ticks since boot; with the pid it names a process for good. */
  started: string;
}

/** `true` when a signal was delivered. Refuses ids that would reach init, ourselves or everybody. */
export function killGroup(group: number, signal: NodeJS.Signals): boolean {
  if (!Number.isSafeInteger(group) || group <= 1 || group === process.pid) return false;
  return send(-group, signal);
}

export function killProcess(pid: number, signal: NodeJS.Signals): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 1 || pid === process.pid) return false;
  return send(pid, signal);
}

/** Whether the group has a member that can still do something; a zombie cannot. */
export async function groupLives(group: number): Promise<boolean> {
  try {
    process.kill(-group, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  if (!HAS_PROC) return true;
  return (await statsOfAll()).some((stat) => stat.group === group && !isDead(stat));
}

/** Living processes, but not this one, whose environment holds every one of `variables` (`NAME=value`). */
export async function processesWith(variables: readonly string[]): Promise<number[]> {
  if (!HAS_PROC || variables.length === 0) return [];
  const needles = variables.map((variable) => Buffer.from(`\0${variable}\0`));
  const found = await Promise.all(
    (await allPids()).map(async (pid) => {
      const environment = await environmentOf(pid);
      return needles.every((needle) => environment.includes(needle)) ? [pid] : [];
    }),
  );
  return found.flat().filter((pid) => pid !== process.pid);
}

/** This process, its parent, and so on up. */
export async function ancestry(): Promise<Set<number>> {
  const pids = new Set([process.pid, process.ppid]);
  if (!HAS_PROC) return pids;
  for (let stat = await statOf(process.ppid); stat && stat.parent > 0; stat = await statOf(stat.parent)) {
    pids.add(stat.parent);
  }
  return pids;
}

/** A text that no other process with this pid ever has; undefined when there is no such process. */
export async function birthMark(pid: number): Promise<string | undefined> {
  if (HAS_PROC) {
    const [stat, boot] = await Promise.all([statOf(pid), bootId()]);
    return stat && !isDead(stat) ? `${boot} ${stat.started}` : undefined;
  }
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ESRCH: it is gone. EPERM: not ours, or (BSD) a group of zombies only.
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
}

function isDead(stat: Stat): boolean {
  return stat.state === 'Z' || stat.state === 'X';
}

async function allPids(): Promise<number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

async function statsOfAll(): Promise<Stat[]> {
  const stats = await Promise.all((await allPids()).map(statOf));
  return stats.filter((stat) => stat !== undefined);
}

async function statOf(pid: number): Promise<Stat | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in parentheses and may itself hold blanks and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      pid,
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      group: Number(fields[2]),
      started: fields[19] ?? '',
    };
  } catch {
    return undefined;
  }
}

/** With a NUL before each variable and after the last; empty for a process that is gone, a zombie or not ours. */
async function environmentOf(pid: number): Promise<Buffer> {
  try {
    return Buffer.concat([NUL, await readFile(`/proc/${pid}/environ`), NUL]);
  } catch {
    return Buffer.alloc(0);
  }
}
