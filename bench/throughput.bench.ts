import { Child } from './support/child';
import type { Figure } from './support/figure';
import type { Gateway } from './support/gateway-program';
import { siteEnvironment } from './support/programs';
import { quantile } from './support/statistics';
import type { World } from './support/world-program';

const ROOMS = 200;
const PER_ROOM = 4;

export const throughput: Figure = {
  name: 'throughput',
  title: 'Messages per second from socket to posted',
  definition:
    'Cores that answer at once (24 tokens in a few milliseconds), 200 direct messages; each room asks its next question as soon as the answer to the one before stands on the chat server, 800 questions a run. Per second: questions by the time from the first one on the socket to the last final text on the server. Every setting has its default: one question at a time per core, growing answers shown. In the same runs: each write to the journal from call to disk, its wait for its turn included, and the lag of the event loop (perf_hooks, what a timer comes late). The gateway is the product composed as in its `main`, in a process of its own with a store that takes the times; chat server and cores are in another one.',

  async measure({ runs, quick, say }) {
    const world = Child.start<World>('world-program.ts');
    const gateway = Child.start<Gateway>('gateway-program.ts');
    const rate: number[] = [];
    const wait: number[] = [];
    const write: number[] = [];
    const lag: number[] = [];
    try {
      const { site, chatUrl, coreUrls } = await world.ask('open', {
        rooms: ROOMS,
        kind: 'direct',
        authors: 10,
        cores: 2,
        answer: 'I am fine, thank you, and I hope that you are just as well as I am today.',
        tokensPerSecond: Infinity,
      });
      await gateway.ask('start', siteEnvironment(chatUrl, coreUrls));
      const messages = ROOMS * (quick ? 1 : PER_ROOM);
      await world.ask('converse', { site, messages: ROOMS, inFlight: ROOMS });
      for (let run = 0; run < runs; run++) {
        await world.ask('forget', site);
        await gateway.ask('count', undefined);
        const { tookMs, each } = await world.ask('converse', { site, messages, inFlight: ROOMS });
        const spent = await gateway.ask('spent', undefined);
        rate.push((messages / tookMs) * 1000);
        wait.push(quantile(each, 0.5));
        write.push(spent.writeP99Ms);
        lag.push(spent.lagP99Ms);
        say(
          `run ${run + 1}: ${rate.at(-1)?.toFixed(1)}/s, journal ${write.at(-1)?.toFixed(1)} ms, lag ${lag.at(-1)?.toFixed(1)} ms`,
        );
      }
    } finally {
      await gateway.end();
      await world.end();
    }
    const most50 = { of: 'median', most: 50 } as const;
    return [
      { name: 'messages per second', unit: '/s', values: rate, target: { of: 'median', least: 50 } },
      { name: 'journal write p99', unit: 'ms', values: write, target: most50 },
      { name: 'event-loop lag p99', unit: 'ms', values: lag, target: most50 },
      { name: 'question to answer with 200 at a time, median', unit: 'ms', values: wait },
    ];
  },
};
