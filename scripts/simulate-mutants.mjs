// `npm run simulate:mutants`: plants bugs in the product, one at a time and only in memory, and has the simulation find them.
//   --seeds N  at most so many each (1000)    --from N  the first (1)    --only WORDS  only those whose folder and name hold the words; may stand several times
//   --table  what caught them, as a table for a document
import { demandNode } from './lib/node-version.mjs';

demandNode();

const { runSimulation } = await import('./lib/simulation.mjs');
await runSimulation('mutants/main.ts');
