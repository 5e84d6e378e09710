import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MUTANTS } from './all';
import type { Mutant } from './mutant';

const ROOT = resolve(__dirname, '../../..');
const HOOK = join(ROOT, 'test/simulation/run/typescript.cjs');
const RUN = join(ROOT, 'test/simulation/run/main.ts');
/** A planted bug may make a run go in circles; that is no catch. */
const PATIENCE_MS = 120_000;

interface Found {
  runs: number;
  seed?: number;
  invariant?: string;
  detail?: string;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});

/** Runs the seeds on the product with the bug in it, or without any, in a process of its own. */
function hunt(mutant?: Mutant): Promise<Found> {
  const args = ['--require', HOOK, RUN, '--json', '--seeds', values.seeds, '--from', values.from];
  const env = { ...process.env, RDZEN_MUTANT: mutant ? JSON.stringify(mutant) : '' };
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (text.out += String(chunk)));
    child.stderr.on('data', (chunk) => (text.err += String(chunk)));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const line = text.out.trim().split('\n').pop() ?? '';
      if (code === 0 && line.startsWith('{')) done(JSON.parse(line) as Found);
      else fail(new Error(`${mutant?.name ?? 'the product'}: ${signal ?? code}\n${text.err.slice(-2_000)}`));
    });
  });
}

async function main(): Promise<void> {
  const wanted = MUTANTS.filter(
    ({ name, folder }) => !values.only || `${folder} ${name}`.includes(values.only),
  );
  let missed = 0;
  for (const mutant of wanted) {
    const { seed, invariant, detail, runs } = await hunt(mutant).catch((error: unknown): Found => {
      process.stdout.write(`${String(error)}\n`);
      return { runs: 0 };
    });
    if (seed === undefined) missed++;
    const verdict = seed === undefined ? `MISSED in ${runs} runs` : `seed ${seed}: ${invariant}`;
    process.stdout.write(`${mutant.folder.padEnd(10)} ${mutant.name.padEnd(62)} ${verdict}\n`);
    if (values.only && detail) process.stdout.write(`  ${detail}\n`);
  }
  const sound = values.only ? undefined : await hunt();
  if (sound)
    process.stdout.write(
      sound.seed === undefined
        ? `the product  no alarm in ${sound.runs} runs\n`
        : `the product  ALARM: seed ${sound.seed}: ${sound.invariant}: ${sound.detail}\n`,
    );
  process.stdout.write(`${wanted.length - missed} of ${wanted.length} planted bugs caught\n`);
  if (missed > 0 || sound?.seed !== undefined) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 2;
});
