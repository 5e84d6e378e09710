import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const chores = new Set<() => void>();
process.once('exit', () => {
  for (const chore of chores) chore();
});

/** Done when this process ends, however it is told to, unless called off before. @returns what calls it off. */
export function atExit(chore: () => void): () => void {
  chores.add(chore);
  return () => void chores.delete(chore);
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
