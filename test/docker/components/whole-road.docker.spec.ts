import { existsSync } from 'node:fs';
import { registryMissing } from '../../support/components/local-registry';
import { ComponentRoad, type Wish } from './support/component-road';

const missing = existsSync('/var/run/docker.sock') ? registryMissing : 'no Docker engine';
const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED the whole road: ${missing}\n`);

jest.setTimeout(240_000);

interface Asked {
  question: string;
  /** Absent: the scripted core chooses by its own rule. */
  wish?: Wish;
  answer: RegExp;
}

interface Component {
  name: string;
  spec: string;
  /** In its canary, by its reading tools. */
  asked: Asked[];
}

const READERS: Component[] = [
  {
    name: 'time-mcp',
    spec: 'time-mcp@1.0.6',
    asked: [
      {
        question: 'What is the current time in Tokyo?',
        answer: /`time-mcp__current_time` called, and it answered: [\s\S]*\d\d:\d\d:\d\d/,
      },
    ],
  },
  {
    name: 'calc-mcp',
    spec: '@coo-quack/calc-mcp@2.1.1',
    asked: [
      {
        question: 'How much is 48,317 times 2,904?',
        wish: { tool: 'math', arguments: { expression: '48317*2904' } },
        answer: /`calc-mcp__math` called, and it answered: [\s\S]*140312568/,
      },
    ],
  },
  {
    name: 'server-sequential-thinking',
    spec: '@modelcontextprotocol/server-sequential-thinking@2026.8.31',
    asked: [
      {
        question: 'Think this problem through step by step.',
        wish: {
          tool: 'sequentialthinking',
          arguments: { thought: 'First', nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 3 },
        },
        answer: /`server-sequential-thinking__sequentialthinking` called[\s\S]*"totalThoughts": 3/,
      },
    ],
  },
  {
    name: 'server-everything',
    spec: '@modelcontextprotocol/server-everything@2026.8.31',
    asked: [
      {
        question: 'Echo this message back to me.',
        wish: { tool: 'echo', arguments: { message: 'zażółć' } },
        answer: /`server-everything__echo` called, and it answered: Echo: zażółć/,
      },
    ],
  },
];

/** Of all that is shipped: from npm to a tool's answer in the chat, with nothing in between but the product. */
suite('the whole road of a component', () => {
  let road: ComponentRoad;

  beforeAll(async () => {
    road = await ComponentRoad.open();
    for (const { spec } of READERS) await road.pack(spec);
    await road.begin();
  }, 500_000);
  afterEach(() => {
    process.stdout.write(`\n${road.transcript.splice(0).join('\n')}\n`);
    if (road.notOffered.length > 0) process.stdout.write(`not offered: ${road.notOffered.splice(0).join('\n')}\n`);
  });
  afterAll(async () => {
    await road?.stage.rdzen.exitCleanly();
    const left = await road?.left();
    await road?.close();
    expect(left).toEqual([]);
  }, 90_000);

  const answered = async ({ question, wish, answer }: Asked): Promise<void> => {
    if (wish) road.wishes.set(question, wish);
    expect(await road.ask(question)).toMatch(answer);
  };

  it.each(READERS)('$name: its answer stands in the chat', async ({ name, asked }) => {
    expect(await road.trial(name)).toMatch(/passed its trial/);
    await road.install(name);
    for (const one of asked) await answered(one);
    await road.say(road.root, `!components ${name}`);
  });
});
