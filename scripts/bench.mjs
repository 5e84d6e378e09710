// `npm run bench`: sets up, freezes a copy of the build, measures. `npm run bench -- --help` tells the options.
import { demandNode } from './lib/node-version.mjs';

demandNode();

const { cpSync, existsSync, rmSync } = await import('node:fs');
const { join } = await import('node:path');
const { ROOT, run } = await import('./lib/run.mjs');
const { ensureBuilt, ensureInstalled } = await import('./lib/setup.mjs');

/** What is measured. A copy, so that a build made meanwhile disturbs no run and a profile's lines stay true. */
const FROZEN = join(ROOT, '.cache/bench/build');

const args = process.argv.slice(2).filter((arg) => arg !== '--');
const keep = args.includes('--keep-build') && existsSync(join(FROZEN, 'dist/main.js'));
await ensureInstalled();
if (!keep && !args.includes('--help')) {
  await ensureBuilt();
  rmSync(FROZEN, { recursive: true, force: true });
  for (const name of ['dist', 'package.json'])
    cpSync(join(ROOT, name), join(FROZEN, name), { recursive: true });
}
const hook = join(ROOT, 'bench/support/typescript.cjs');
const { code } = await run(process.execPath, ['--require', hook, join(ROOT, 'bench/main.ts'), ...args], {
  stdin: 'inherit',
});
process.exit(code);
