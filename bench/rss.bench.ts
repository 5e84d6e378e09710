import { Child } from './support/child';
import { pause, stamp, until } from './support/clock';
import type { Figure } from './support/figure';
import { GatewayProcess, residentMegabytes, siteEnvironment } from './support/programs';
import type { World } from './support/world-program';

const IDLE_MS = 30_000;
const LOAD_MS = 15_000;
const IN_FLIGHT = 200;

export const rss: Figure = {
  name: 'rss',
  title: 'Memory of the gateway',
  definition:
    'Resident memory (VmRSS) of the real `node dist/main.js` with external chat and cores: 30 s after it became ready with nothing said, and the highest seen (VmHWM) after 15 s in which 200 questions were in flight at any time over 200 rooms. Each run is a process of its own; they idle side by side and are loaded one after the other.',

  async measure({ runs, quick, say }) {
    const world = Child.start<World>('world-program.ts');
    const gateways: { gateway: GatewayProcess; site: number }[] = [];
    const idle: number[] = [];
    const loaded: number[] = [];
    try {
      for (let run = 0; run < runs; run++) {
        const opened = await world.ask('open', {
          rooms: 200,
          kind: 'direct',
          authors: 20,
          cores: 2,
          answer: 'I am fine, thank you, and I hope that you are just as well as I am today.',
          tokensPerSecond: Infinity,
        });
        const gateway = await GatewayProcess.start(siteEnvironment(opened.chatUrl, opened.coreUrls));
        gateways.push({ gateway, site: opened.site });
        await until('ready', () => gateway.isReady(), { withinMs: 30_000 });
      }
      await pause(quick ? 5_000 : IDLE_MS);
      for (const { gateway } of gateways) idle.push(residentMegabytes(gateway.program.pid));
      for (const [run, { gateway, site }] of gateways.entries()) {
        const end = stamp() + (quick ? 3_000 : LOAD_MS);
        while (stamp() < end)
          await world.ask('converse', { site, messages: IN_FLIGHT * 2, inFlight: IN_FLIGHT });
        loaded.push(residentMegabytes(gateway.program.pid, 'VmHWM'));
        await gateway.end();
        say(`run ${run + 1}: idle ${idle[run]?.toFixed(0)} MB, under load ${loaded[run]?.toFixed(0)} MB`);
      }
    } finally {
      for (const { gateway } of gateways) await gateway.end();
      await world.end();
    }
    return [
      { name: 'idle after 30 s', unit: 'MB', values: idle, target: { of: 'median', most: 150 } },
      { name: 'highest under load', unit: 'MB', values: loaded, target: { of: 'median', most: 300 } },
    ];
  },
};
