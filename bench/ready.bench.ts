import { temporaryFolder } from './support/at-exit';
import { Child } from './support/child';
import { stamp, until } from './support/clock';
import type { Figure } from './support/figure';
import { GatewayProcess, siteEnvironment } from './support/programs';
import type { World } from './support/world-program';

const TARGET = { of: 'median', most: 2_000 } as const;
const CAUSE =
  'about three fifths of it go by with loading 1,500 modules (`dist/app.setup` alone: 1.3 s of 2.1 s where this was written), so it follows how fast a machine reads and compiles them.';

export const ready: Figure = {
  name: 'ready',
  title: 'Time to ready with external chat and cores',
  definition:
    'From the spawn of `node dist/main.js` to the first 200 of `/health/ready` (asked every 10 ms): journal open, API listening, logged in at the chat server and subscribed, a core proven by a generated token. The chat server (REST and realtime over real sockets) and two scripted cores run in another process. Alternately with an empty data folder and with the one of an earlier run.',

  async measure({ runs, say }) {
    const world = Child.start<World>('world-program.ts');
    const values = { fresh: [] as number[], again: [] as number[] };
    const { path: data, remove } = temporaryFolder();
    try {
      const { chatUrl, coreUrls } = await world.ask('open', {
        rooms: 10,
        kind: 'direct',
        authors: 1,
        cores: 2,
        answer: 'Yes.',
        tokensPerSecond: 1_000,
      });
      const environment = siteEnvironment(chatUrl, coreUrls);
      await timeToReady(environment, data);
      for (let run = 0; run < runs; run++) {
        values.fresh.push(await timeToReady(environment));
        values.again.push(await timeToReady(environment, data));
        say(`run ${run + 1}: ${values.fresh.at(-1)?.toFixed(0)} ms, ${values.again.at(-1)?.toFixed(0)} ms`);
      }
    } finally {
      await world.end();
      remove();
    }
    return [
      { name: 'ready, empty data folder', unit: 'ms', values: values.fresh, target: TARGET, cause: CAUSE },
      { name: 'ready, second start', unit: 'ms', values: values.again, target: TARGET, cause: CAUSE },
    ];
  },
};

async function timeToReady(environment: Record<string, string>, data?: string): Promise<number> {
  const gateway = await GatewayProcess.start(environment, data);
  try {
    await until('ready', () => gateway.isReady(), { withinMs: 30_000, everyMs: 10 });
    return stamp() - gateway.program.spawned;
  } finally {
    await gateway.end();
  }
}
