// `npm run simulate`: the gateway's whole domain on virtual time, one run a seed.
//   --seeds N  how many (500)    --from N  the first (1)    --seed N  only this one, with its events
//   --crash POINT, --without 1,2, --spare 0, --forget N  as a failure's replay line says    --no-sweep  no deaths beyond those drawn
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
  ['--require', join(folder, 'run/typescript.cjs'), join(folder, 'run/main.ts'), ...args],
  { stdin: 'inherit' },
);
process.exit(code);
