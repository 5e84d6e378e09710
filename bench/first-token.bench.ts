import { Child } from './support/child';
import { pause } from './support/clock';
import type { Figure } from './support/figure';
import type { Gateway } from './support/gateway-program';
import { siteEnvironment } from './support/programs';
import { median } from './support/statistics';
import type { World } from './support/world-program';

const PAIRS = 40;

/** Milliseconds. */
interface Passage {
  intake: number;
  request: number;
  reply: number;
}

export const firstToken: Figure = {
  name: 'first-token',
  title: 'First token through the gateway against the same call to the core directly',
  definition:
    'The core is idle, warm and gives 50 tokens a second. Alternately a question in a direct message, and the very request that the gateway made of it sent to the same core by a plain HTTP client in the same process. Taken with the monotonic clock that all processes share: *reply* from the moment the core has its first token to the first text in the hands of the one who wants it (of the gateway: the service that posts it, before the call to the chat server); *request* from the moment the question is in the journal (of the direct call: the call) to the core beginning with it. "Added" is gateway less direct call, medians of 40 pairs. The request path holds what the gateway does for an answer that cannot be lost: the room and its history read from the chat server, the attempt written to disk. *Intake* is from the message on the socket to the journal.',

  async measure({ runs, quick, say }) {
    const world = Child.start<World>('world-program.ts');
    const gateway = Child.start<Gateway>('gateway-program.ts');
    const added = { reply: [] as number[], request: [] as number[] };
    const direct = { reply: [] as number[], request: [] as number[] };
    const intake: number[] = [];
    try {
      const opened = await world.ask('open', {
        rooms: PAIRS,
        kind: 'direct',
        authors: 20,
        cores: 2,
        answer: 'I am.',
        tokensPerSecond: 50,
      });
      await gateway.ask('start', siteEnvironment(opened.chatUrl, opened.coreUrls));
      const pairs = quick ? 10 : PAIRS;
      await series(world, gateway, opened, 'w', 10);
      for (let run = 0; run < runs; run++) {
        const pass = await series(world, gateway, opened, `r${run}`, pairs);
        const of = (side: 'through' | 'straight', part: keyof Passage): number =>
          median(pass[side].map((passage) => passage[part]));
        for (const part of ['reply', 'request'] as const) {
          direct[part].push(of('straight', part));
          added[part].push(of('through', part) - of('straight', part));
        }
        intake.push(of('through', 'intake'));
        say(
          `run ${run + 1}: added ${added.reply.at(-1)?.toFixed(2)} ms to the reply, ${added.request.at(-1)?.toFixed(2)} ms to the request`,
        );
      }
    } finally {
      await gateway.end();
      await world.end();
    }
    return [
      { name: 'added to the reply', unit: 'ms', values: added.reply, target: { of: 'median', most: 1 } },
      { name: 'added to the request', unit: 'ms', values: added.request },
      { name: 'intake', unit: 'ms', values: intake },
      { name: 'direct call, reply', unit: 'ms', values: direct.reply },
      { name: 'direct call, request', unit: 'ms', values: direct.request },
    ];
  },
};

async function series(
  world: Child<World>,
  gateway: Child<Gateway>,
  { site, coreUrls }: { site: number; coreUrls: string[] },
  name: string,
  pairs: number,
): Promise<{ through: Passage[]; straight: Passage[] }> {
  const [url = ''] = coreUrls;
  const through: Passage[] = [];
  const straight: Passage[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const asked = await world.ask('exchange', {
      site,
      room: pair,
      text: `#${name}g${pair}: how are you today?`,
    });
    const { accepted = NaN, posted = NaN } = await gateway.ask('passage', `r${pair}`);
    const core = await world.ask('stamps', { site, mark: `${name}g${pair}` });
    if (core)
      through.push({
        intake: accepted - asked,
        request: core.asked - accepted,
        reply: posted - core.firstToken,
      });
    await pause(20);
    const call = await gateway.ask('direct', { url, mark: `${name}d${pair}` });
    const met = await world.ask('stamps', { site, mark: `${name}d${pair}` });
    if (met)
      straight.push({ intake: 0, request: met.asked - call.asked, reply: call.firstText - met.firstToken });
    await pause(20);
  }
  return { through, straight };
}
