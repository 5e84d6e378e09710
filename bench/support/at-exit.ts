import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const chores = new Set<() => void>();
process.once('exit', () => {
  for (const chore of [...chores].reverse()) attempt(chore);
});

/**
 * Done when this process ends, however it is told to, unless called off before; the newest first, so that a program is
 * ended before the folder that it writes to is removed.
 *
 * @returns what calls it off.
 */
export function atExit(chore: () => void): () => void {
  chores.add(chore);
  return () => void chores.delete(chore);
}

/** One that fails must not keep the others from being done. */
function attempt(chore: () => void): void {
  try {
    chore();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}

/**
 * An end that is asked for is an exit like any other: what was started ends with us. It may be asked for twice at once,
 * by the terminal and by the program that started us; without a listener the second would cut the chores short.
 */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
}

/** A folder that does not outlive this process. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'rdzen-bench-'));
  const clear = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  const callOff = atExit(clear);
  const remove = (): void => {
    callOff();
    clear();
  };
  return { path, remove };
}
