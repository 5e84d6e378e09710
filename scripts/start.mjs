// `npm start`: with nothing but Node and npm, installs and builds what is missing, then becomes the application.
import { demandNode } from './lib/node-version.mjs';

demandNode();

// Loaded only now: an old Node would stumble over these files before it could be told that it is old.
const { createRequire } = await import('node:module');
const { join } = await import('node:path');
const { ROOT } = await import('./lib/run.mjs');
const { answerArguments } = await import('./lib/help.mjs');

const answer = answerArguments(process.argv.slice(2), ROOT, process.stdout.columns);
if (answer) {
  (answer.code === 0 ? console.log : console.error)(answer.text);
  process.exit(answer.code);
}

const { ensureBuilt, ensureInstalled, isBuilt } = await import('./lib/setup.mjs');
const { stopWithParent } = await import('./lib/parent-watch.mjs');

stopWithParent();
await ensureInstalled({ dev: !isBuilt() });
await ensureBuilt();
createRequire(import.meta.url)(join(ROOT, 'dist/main.js'));
