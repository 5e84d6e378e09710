// `npm run build`: compiles src/ into dist/, and marks there what it was made from.
import { demandNode } from './lib/node-version.mjs';

demandNode();

const { build } = await import('./lib/setup.mjs');

await build();
