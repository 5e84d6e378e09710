import { temporaryFolder } from './support/at-exit';
import { Child } from './support/child';
import type { Figure, Measure } from './support/figure';
import type { Gateway } from './support/gateway-program';
import { writeHistory } from './support/journal-history';
import { siteEnvironment } from './support/programs';
import type { World } from './support/world-program';

const MESSAGES = 200;
const IN_FLIGHT = 10;
const ROWS = 1_000_000;

type Cost = { cpu: number[]; wall: number[] };
interface Variant {
  name: string;
  gateway: Child<Gateway>;
  site: number;
  cost: Cost;
}

export const cost: Figure = {
  name: 'cost',
  title: 'Cost of a message as rooms and history grow',
  definition:
    'Five gateways (the product composed as in its `main`, each in a process of its own): with 10, 1,000 and 10,000 channels, in each of which something was said before, though not in the last hour (the sweep of changed rooms is a figure of its own); and with 1,000 direct messages, once with an empty journal and once with one of 1,000,000 rows (a third each questions of the last month, their attempts, their answers). In turn each answers 200 questions, 10 at a time, spread over all its rooms. Cost is processor time of the gateway (user and system) per question; wall is the time all took, per question. Each ratio is between two gateways in the same run.',

  async measure({ runs, quick, say }) {
    const world = Child.start<World>('world-program.ts');
    const { path: folder, remove } = temporaryFolder();
    const variants: Variant[] = [];
    const add = async (name: string, kind: 'channel' | 'direct', rooms: number, data?: string) => {
      const variant = await open(world, name, kind, rooms, data);
      variants.push(variant);
      if (kind === 'channel') await world.ask('talk', variant.site);
      await world.ask('forget', variant.site);
      await world.ask('converse', { site: variant.site, messages: MESSAGES * 2, inFlight: IN_FLIGHT });
      say(`${name} is up`);
      return variant.cost;
    };
    try {
      const few = await add('10 rooms', 'channel', 10);
      const some = await add('1,000 rooms', 'channel', 1_000);
      const many = await add('10,000 rooms', 'channel', quick ? 2_000 : 10_000);
      const young = await add('empty journal', 'direct', 1_000);
      await prepare(world, folder, quick ? ROWS / 10 : ROWS);
      const old = await add('1,000,000 rows', 'direct', 1_000, folder);
      for (let run = 0; run < runs; run++) {
        for (const variant of variants) await measureOnce(world, variant);
        say(
          `run ${run + 1}: ${variants.map(({ name, cost }) => `${name} ${cost.cpu.at(-1)?.toFixed(2)} ms`).join(', ')}`,
        );
      }
      return [
        ...variants.map(({ name, cost }) => ({
          name: `processor time, ${name}`,
          unit: 'ms',
          values: cost.cpu,
        })),
        ...ratios('1,000 rooms to 10', some, few),
        ...ratios('10,000 rooms to 10', many, few),
        ...ratios('1,000,000 journal rows to none', old, young),
      ];
    } finally {
      for (const { gateway } of variants) await gateway.end();
      await world.end();
      remove();
    }
  },
};

async function open(
  world: Child<World>,
  name: string,
  kind: 'channel' | 'direct',
  rooms: number,
  data?: string,
): Promise<Variant> {
  const { site, chatUrl, coreUrls } = await world.ask('open', {
    rooms,
    kind,
    authors: Math.max(2, 1_000 / rooms),
    cores: 2,
    answer: 'I am fine, thank you, and I hope that you are just as well as I am today.',
    tokensPerSecond: Infinity,
  });
  const gateway = Child.start<Gateway>('gateway-program.ts');
  try {
    const place: Record<string, string> = data === undefined ? {} : { RDZEN_DATA: data };
    await gateway.ask('start', { ...siteEnvironment(chatUrl, coreUrls), ...place });
  } catch (error) {
    await gateway.end();
    throw error;
  }
  return { name, gateway, site, cost: { cpu: [], wall: [] } };
}

/** A data folder of a gateway that has been there for a month. */
async function prepare(world: Child<World>, folder: string, rows: number): Promise<void> {
  const { gateway } = await open(world, 'the first start', 'direct', 1, folder);
  await gateway.end();
  writeHistory(folder, rows, 1_000);
}

async function measureOnce(world: Child<World>, { gateway, site, cost }: Variant): Promise<void> {
  await world.ask('forget', site);
  await gateway.ask('count', undefined);
  const { tookMs, each } = await world.ask('converse', { site, messages: MESSAGES, inFlight: IN_FLIGHT });
  const { cpuMs } = await gateway.ask('spent', undefined);
  cost.cpu.push(cpuMs / each.length);
  cost.wall.push(tookMs / each.length);
}

function ratios(name: string, grown: Cost, base: Cost): Measure[] {
  const ratio = (above: number[], below: number[]): number[] =>
    above.map((value, run) => value / (below[run] ?? NaN));
  const target = { of: 'median', most: 1.25 } as const;
  return [
    { name: `processor time, ${name}`, unit: '×', values: ratio(grown.cpu, base.cpu), target },
    { name: `wall, ${name}`, unit: '×', values: ratio(grown.wall, base.wall), target },
  ];
}
