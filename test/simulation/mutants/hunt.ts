import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Mutant } from './mutant';

const ROOT = resolve(__dirname, '../../..');
const HOOK = join(ROOT, 'test/simulation/run/typescript.cjs');
const RUN = join(ROOT, 'test/simulation/run/main.ts');
/** A planted bug may make a run go in circles; that is no catch. Of processor time: the machine may be busy otherwise. */
const PATIENCE_S = 300;

/** What many runs on a planted bug came to. */
export interface Found {
  runs: number;
  /** The one that caught it; undefined where none did. */
  seed?: number;
  invariant?: string;
  detail?: string;
}

/** Runs the seeds on the product with the bug in it, in a process of its own, until one catches it. */
export function hunt(mutant: Mutant, from: string, seeds: string): Promise<Found> {
  const limited = ['-c', `ulimit -t ${PATIENCE_S}; exec "$0" "$@"`, process.execPath];
  const args = [...limited, '--require', HOOK, RUN, '--json', '--seeds', seeds, '--from', from];
  const env = { ...process.env, RDZEN_MUTANT: JSON.stringify(mutant) };
  return new Promise((done, fail) => {
    const child = spawn('/bin/sh', args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (text.out += String(chunk)));
    child.stderr.on('data', (chunk) => (text.err += String(chunk)));
    child.once('close', (code, signal) => {
      const line = text.out.trim().split('\n').pop() ?? '';
      if (code === 0 && line.startsWith('{')) done(JSON.parse(line) as Found);
      else fail(new Error(`${mutant.name}: ${signal ?? code}\n${text.err.slice(-2_000)}`));
    });
  });
}
