// `npm start`: with nothing but Node and npm, installs and builds what is missing, then becomes the application.
import { demandNode } from './lib/node-version.mjs';

demandNode();

// Loaded only now: an old Node would stumble over these files before it could be told that it is old.
const { createRequire } = await import('node:module');
const { join } = await import('node:path');
const { ROOT } = await import('./lib/run.mjs');
const { ensureBuilt, ensureInstalled, isBuilt } = await import('./lib/setup.mjs');
const { stopWithParent } = await import('./lib/parent-watch.mjs');

stopWithParent();
await ensureInstalled({ dev: !isBuilt() });
await ensureBuilt();
createRequire(import.meta.url)(join(ROOT, 'dist/main.js'));
