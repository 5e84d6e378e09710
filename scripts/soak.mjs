// `npm run soak`: sets up, freezes a copy of the build and of the soak itself, runs it. `npm run soak -- --help` tells the options.
import { demandNode } from './lib/node-version.mjs';

demandNode();

const { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } = await import('node:fs');
const { join } = await import('node:path');
const { ROOT, run } = await import('./lib/run.mjs');
const { ensureBuilt, ensureInstalled } = await import('./lib/setup.mjs');

/** A copy for this run alone: it starts programs for hours, whatever is built or edited meanwhile, or soaked beside it. */
const COPIES = join(ROOT, '.cache/soak');
const frozen = join(COPIES, String(process.pid));

const args = process.argv.slice(2).filter((arg) => arg !== '--');
await ensureInstalled();
await ensureBuilt();
removeOrphans();
for (const name of ['dist', 'src', 'bench', 'test/support', 'package.json', '.swcrc'])
  cpSync(join(ROOT, name), join(frozen, name), { recursive: true });
// Where the gateway expects the program of its cores: the soak's, which can be told what to do wrong.
writeFileSync(
  join(frozen, 'dist/embedded/core/main.js'),
  "require('../../../bench/support/typescript.cjs');\nrequire('../../../bench/soak/core-program.ts');\n",
);
const hook = join(frozen, 'bench/support/typescript.cjs');
const main = join(frozen, 'bench/soak/main.ts');
const { code } = await run(process.execPath, ['--require', hook, main, ...args], { stdin: 'inherit' });
rmSync(frozen, { recursive: true, force: true });
process.exit(code);

/** Copies of runs that were killed. */
function removeOrphans() {
  mkdirSync(COPIES, { recursive: true });
  for (const name of readdirSync(COPIES))
    if (!existsSync(`/proc/${name}`)) rmSync(join(COPIES, name), { recursive: true, force: true });
}
