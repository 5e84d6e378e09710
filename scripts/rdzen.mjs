// `npm run rdzen -- COMMAND`: sets up, builds, and runs a command of Rdzen. `npm run rdzen -- --help` lists them.
import { demandNode } from './lib/node-version.mjs';

demandNode();

const { join } = await import('node:path');
const { ROOT, runNode } = await import('./lib/run.mjs');
const { ensureBuilt, ensureInstalled } = await import('./lib/setup.mjs');

const args = process.argv.slice(2).filter((arg, index) => !(index === 0 && arg === '--'));
await ensureInstalled();
await ensureBuilt();
const { code } = await runNode(join(ROOT, 'dist/cli.js'), args, { stdin: 'inherit' });
process.exit(code);
