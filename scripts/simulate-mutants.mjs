// `npm run simulate:mutants`: plants bugs in the product, one at a time and only in memory, and has the simulation find them.
//   --seeds N  at most so many each (1000)    --from N  the first (1)    --only WORDS  only those whose folder and name hold the words
import { demandNode } from './lib/node-version.mjs';

demandNode();

const { join } = await import('node:path');
const { ROOT, run } = await import('./lib/run.mjs');
const { ensureInstalled } = await import('./lib/setup.mjs');

await ensureInstalled();
const folder = join(ROOT, 'test/simulation');
const args = process.argv.slice(2).filter((arg) => arg !== '--');
const { code } = await run(
  process.execPath,
  ['--require', join(folder, 'run/typescript.cjs'), join(folder, 'mutants/main.ts'), ...args],
  { stdin: 'inherit' },
);
process.exit(code);
