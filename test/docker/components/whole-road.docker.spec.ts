import { existsSync } from 'node:fs';
import { eventually } from '../../support/chat-person';
import { registryMissing } from '../../support/components/local-registry';
import { dockerRig } from '../support/docker-rig';
import { ComponentRoad, type Wish } from './support/component-road';
import { OutsideWorld } from './support/outside-world';

const missing = existsSync('/var/run/docker.sock') ? registryMissing : 'no Docker engine';
const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED the whole road: ${missing}\n`);

jest.setTimeout(400_000);
/** Of each kind one in CI, for the time it takes; all eight outside of it, or where RDZEN_TEST_SERVERS is `all`. */
const ONE_OF_A_KIND = process.env.CI === 'true' && process.env.RDZEN_TEST_SERVERS !== 'all';

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
  /** Once it is promoted: what writes, and what it then knows. */
  later?: Asked[];
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

const ADA = { entities: [{ name: 'Ada', entityType: 'person', observations: ['likes green tea'] }] };
const remembering = (name: string, spec: string): Component => ({
  ...{ name, spec },
  asked: [
    {
      question: 'Search the nodes of the knowledge graph for what you know about Ada.',
      wish: { tool: 'search_nodes', arguments: { query: 'tea' } },
      answer: /__search_nodes` called, and it answered: [\s\S]*"entities": \[\]/,
    },
  ],
  later: [
    {
      question: 'Create a new entity in the knowledge graph: Ada, who likes green tea.',
      wish: { tool: 'create_entities', arguments: ADA },
      answer: /__create_entities` called, and it answered: [\s\S]*green tea[\s\S]*create_entities/,
    },
    {
      question: 'Search the nodes of the knowledge graph again: what do you know about Ada?',
      wish: { tool: 'search_nodes', arguments: { query: 'tea' } },
      answer: /__search_nodes` called, and it answered: [\s\S]*likes green tea/,
    },
  ],
});

/** Two persons agree; what they know outlives a conversation. */
const KEEPERS: Component[] = [
  remembering('server-memory', '@modelcontextprotocol/server-memory@2026.8.31'),
  remembering('mcp-knowledge-graph', '@itseasy21/mcp-knowledge-graph@1.0.7'),
];
const FILES = '@modelcontextprotocol/server-filesystem@2026.8.31';
const FETCH = 'mcp-fetch-server@1.1.2';

/** Named by the shipped manifest as `*.wikipedia.org`. */
const TEA = 'https://en.wikipedia.org/wiki/Tea';
const PAGES = {
  [TEA]: '<html><body><h1>Tea</h1><p>Tea is an aromatic beverage.</p></body></html>',
  'https://elsewhere.test/': '<p>a secret</p>',
};

const some = (all: Component[]): Component[] => all.slice(0, ONE_OF_A_KIND ? 1 : all.length);

/** Of all that is shipped: from npm to a tool's answer in the chat, with nothing in between but the product. */
suite('the whole road of a component', () => {
  let road: ComponentRoad;
  let world: OutsideWorld;

  beforeAll(async () => {
    const { images } = dockerRig();
    world = await OutsideWorld.begin(images.base, PAGES);
    road = await ComponentRoad.open();
    await road.begin({
      RDZEN_HELPER_IMAGE: images.rdzen,
      RDZEN_EGRESS_NETWORK: world.network,
      RDZEN_EGRESS_PRIVATE: world.subnet,
    });
  }, 240_000);
  afterEach(() => {
    process.stdout.write(`\n${road.transcript.splice(0).join('\n')}\n`);
    if (road.notOffered.length > 0)
      process.stdout.write(`not offered: ${road.notOffered.splice(0).join('\n')}\n`);
  });
  afterAll(async () => {
    if (road && !road.stage.rdzen.exited) await road.stage.rdzen.exitCleanly();
    const left = await road?.left();
    await road?.close();
    await world?.end();
    expect(left).toEqual([]);
  }, 90_000);

  const answered = async ({ question, wish, answer }: Asked): Promise<void> => {
    if (wish) road.wishes.set(question, wish);
    expect(await road.ask(question)).toMatch(answer);
  };

  /** Somebody with the right says yes in the thread, and the turn goes on. */
  const allowed = async ({ question, wish, answer }: Asked): Promise<void> => {
    if (wish) road.wishes.set(question, wish);
    const asked = await road.ann.say(road.channel, `@system-bot ${question}`);
    const [may] = await eventually(
      () => road.under(asked),
      ({ length }) => length > 0,
      60_000,
      'people are asked',
    );
    road.transcript.push(`ann: ${question}`, `  assistant: ${may?.text}`);
    const [, code = ''] = /`!allow (\w+)`/.exec(may?.text ?? '') ?? [];
    await road.root.say(road.channel, `!allow ${code}`, asked);
    const told = await eventually(
      () => road.under(asked),
      (all) => all.some(({ text }) => text.includes('` called')),
      60_000,
      'it is called',
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${road.stage.rdzen.output.slice(-6_000)}`);
    });
    road.transcript.push(...told.slice(1).map(({ text }) => `  assistant: ${text}`));
    expect(told.find(({ text }) => text.includes('` called'))?.text).toMatch(answer);
  };

  it.each(some(READERS))('$name: its answer stands in the chat', async ({ name, spec, asked }) => {
    await road.pack(spec);
    expect(await road.trial(name)).toMatch(/passed its trial/);
    await road.install(name);
    for (const one of asked) await answered(one);
    await road.say(road.root, `!components ${name}`);
    // What comes next is asked with nothing else installed.
    await road.say(road.root, `!remove ${name}`);
  });

  it.each(some(KEEPERS))(
    '$name: what it was told stands in a later answer',
    async ({ name, spec, asked, later = [] }) => {
      await road.pack(spec);
      expect(await road.trial(name)).toMatch(/passed its trial/);
      await road.install(name);
      for (const one of asked) await answered(one);
      await road.say(road.root, `!promote ${name}`);
      for (const one of later) await answered(one);
      await road.say(road.root, `!remove ${name}`);
    },
  );

  it('server-filesystem: asks before it writes a file, and reads it back', async () => {
    await road.pack(FILES);
    expect(await road.trial('server-filesystem')).toMatch(/passed its trial/);
    await road.install('server-filesystem');
    await road.say(road.root, '!promote server-filesystem');
    await allowed({
      question: 'Write this list into a file called shopping.txt.',
      wish: { tool: 'write_file', arguments: { path: '/tmp/shopping.txt', content: 'milk and bread' } },
      answer: /__write_file` called/,
    });
    await answered({
      question: 'Read the text file called shopping.txt.',
      wish: { tool: 'read_text_file', arguments: { path: '/tmp/shopping.txt' } },
      answer: /__read_text_file` called, and it answered: [\s\S]*milk and bread/,
    });
    await road.say(road.root, '!remove server-filesystem');
  });

  it('mcp-fetch-server: two persons let it out to a site, and what it read there stands in the chat', async () => {
    const authority = Buffer.from(world.authority).toString('base64');
    const base = await road.pushBase(dockerRig().images.base24, [
      `RUN echo ${authority} | node -e "fs.writeFileSync('/authority.pem', Buffer.from(fs.readFileSync(0, 'utf8'), 'base64'))"`,
      'ENV NODE_EXTRA_CA_CERTS=/authority.pem',
    ]);
    await road.pack(FETCH, base);
    const report = await road.trial('mcp-fetch-server');
    expect(report).toMatch(/wikipedia\.org|example\.com|network/i);
    expect(report).toMatch(/passed its trial, with something to read first/);
    await road.say(road.root, '!install mcp-fetch-server');
    const { code, needed } = await road.openApproval();
    expect(needed).toBe(2);
    const [answer] = await road.say(road.root, `!approve ${code}`);
    expect(answer?.text).toMatch(/one more|1 more/i);
    await road.agree(road.boss, code);
    await allowed({
      question: 'Fetch the web page of Wikipedia about tea, as text.',
      wish: { tool: 'fetch_txt', arguments: { url: TEA } },
      answer: /__fetch_txt` called, and it answered: [\s\S]*Tea is an aromatic beverage/,
    });
    await allowed({
      question: 'Fetch this web page of somebody else, as text.',
      wish: { tool: 'fetch_txt', arguments: { url: 'https://elsewhere.test/' } },
      answer: /__fetch_txt` called, and it answered: (?![\s\S]*secret)/,
    });
    await road.say(road.root, '!remove mcp-fetch-server');
  });
});
