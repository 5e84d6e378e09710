// `npm run simulate`: the gateway's whole domain on virtual time, one run a seed.
//   --seeds N  how many (500)    --from N  the first (1)    --seed N  only this one, with its events
//   --crash POINT, --without 1,2, --spare 0, --forget N  as a failure's replay line says    --no-sweep  no deaths beyond those drawn
import { demandNode } from './lib/node-version.mjs';

demandNode();

const { runSimulation } = await import('./lib/simulation.mjs');
await runSimulation('run/main.ts');
