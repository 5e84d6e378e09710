import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** `ps` state letters, such as `S`, `T` (stopped) or `Z` (dead, not collected); undefined when there is none. */
export function stateOf(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

export function lives(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && !state.startsWith('Z');
}

/** Resolves with the first truthy value of `probe`; rejects after `ms`, naming `what`. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 5000,
): Promise<T> {
  const deadline = performance.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`Not within ${ms} ms: ${what}`);
    await sleep(15);
  }
}

/** The last resort of a test that failed: SIGKILL to each, whether it lives or not. */
export function endForCertain(pids: Iterable<number>): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone, which is what we want.
    }
  }
}
