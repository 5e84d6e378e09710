import { join } from 'node:path';
import { ROOT, run } from './run.mjs';
import { ensureInstalled } from './setup.mjs';

/** Runs a program of test/simulation, which is TypeScript, with our own arguments, and ends as it ends. */
export async function runSimulation(program) {
  await ensureInstalled();
  const folder = join(ROOT, 'test/simulation');
  const args = process.argv.slice(2).filter((arg) => arg !== '--');
  const { code } = await run(
    process.execPath,
    ['--require', join(folder, 'run/typescript.cjs'), join(folder, program), ...args],
    { stdin: 'inherit' },
  );
  process.exit(code);
}
