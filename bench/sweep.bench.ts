import { Child } from './support/child';
import { pause, stamp } from './support/clock';
import type { Figure } from './support/figure';
import type { Gateway } from './support/gateway-program';
import { siteEnvironment } from './support/programs';
import type { World } from './support/world-program';

const ROOMS = 1_000;
/** The sweep comes a minute after the gateway is connected. */
const WATCHED_MS = 70_000;
const EVERY_MS = 100;

export const sweep: Figure = {
  name: 'sweep',
  title: 'A question while every room is read again',
  definition:
    'Once a minute the gateway reads every room that changed since the last time, in case the stream lost something. People talked in 1,000 channels a minute ago; from then on somebody asks a question in another room every 100 ms, until after the sweep. From the message on the socket to the whole answer on the chat server, one value per question, cores that answer at once. One run.',

  async measure({ quick, say }) {
    const world = Child.start<World>('world-program.ts');
    const gateway = Child.start<Gateway>('gateway-program.ts');
    const values: number[] = [];
    try {
      const { site, chatUrl, coreUrls } = await world.ask('open', {
        rooms: ROOMS,
        kind: 'channel',
        authors: 2,
        cores: 2,
        answer: 'I am fine, thank you.',
        tokensPerSecond: Infinity,
      });
      await gateway.ask('start', siteEnvironment(chatUrl, coreUrls));
      const end = stamp() + (quick ? 5_000 : WATCHED_MS);
      await world.ask('talk', site);
      // Its own queue of what was just said is not what is measured.
      await world.ask('exchange', { site, room: 0, text: 'Are you there?' });
      for (let number = 0; stamp() < end; number++) {
        const began = stamp();
        await world.ask('exchange', { site, room: (number * 7) % ROOMS, text: 'How are you?' });
        values.push(stamp() - began);
        await pause(EVERY_MS);
      }
      say(`${values.length} questions, the slowest ${Math.max(...values).toFixed(0)} ms`);
    } finally {
      await gateway.end();
      await world.end();
    }
    return [{ name: 'question to answer', unit: 'ms', values, target: { of: 'worst', most: 1_000 } }];
  },
};
