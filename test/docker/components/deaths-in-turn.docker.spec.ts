import { existsSync } from 'node:fs';
import { eventually } from '../../support/chat-person';
import { registryMissing } from '../../support/components/local-registry';
import { docker } from '../support/docker-command';
import { ComponentRoad } from './support/component-road';
import { COUNTING, countingImage } from './support/counting-component';

const missing = existsSync('/var/run/docker.sock') ? registryMissing : 'no Docker engine';
const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED deaths in a turn with tools: ${missing}\n`);

jest.setTimeout(180_000);

/** Long enough to strike in the middle of a call. */
const SLOW_MS = 3_000;

/**
 * Whatever dies while a tool is called: one answer, and no table is booked twice. A component that
 * ends three times within a minute is left alone: so its deaths stand apart, with a restart of the gateway between.
 */
suite('deaths in the middle of a turn with a tool', () => {
  let road: ComponentRoad;
  let table = 0;

  beforeAll(async () => {
    const image = await countingImage();
    road = await ComponentRoad.open();
    await road.offer(COUNTING, image);
    await road.begin();
    expect(await road.trial('counting')).toMatch(/passed its trial/);
    await road.install('counting');
    await road.say(road.root, '!promote counting');
  }, 400_000);
  beforeEach(() => void table++);
  afterEach(() => void process.stdout.write(`\n${road.transcript.splice(0).join('\n')}\n`));
  afterAll(async () => {
    if (road && !road.stage.rdzen.exited) await road.stage.rdzen.exitCleanly();
    const left = await road?.left();
    await road?.close();
    expect(left).toEqual([]);
  }, 90_000);

  /** Says it and does not wait. @returns its id */
  const begin = async (tool: 'book' | 'look_up' | 'flood', ms = SLOW_MS): Promise<string> => {
    const text = `${{ book: 'Book', look_up: 'Look up', flood: 'List every guest of' }[tool]} table t${table}.`;
    road.wishes.clear();
    road.wishes.set(text, { tool, arguments: tool === 'flood' ? {} : { table: `t${table}`, ms } });
    road.transcript.push(`ann: ${text}`);
    return road.ann.say(road.channel, `@system-bot ${text}`);
  };
  const container = (): Promise<string> =>
    docker(
      'ps',
      '-q',
      '--filter',
      'label=rdzen.owner',
      '--filter',
      `label=rdzen.component=${COUNTING.label}`,
    );
  /** As written in its state by itself. */
  const calls = async (tool: string): Promise<number> => {
    const id = await container();
    const text = id ? await docker('exec', id, 'cat', '/data/calls') : await kept();
    return text.split('\n').filter((line) => line === `${tool} t${table}`).length;
  };
  const kept = async (): Promise<string> => {
    const [volume = ''] = (await docker('volume', 'ls', '-q'))
      .split('\n')
      .filter((name) => /^rdzen-state-.*counting/.test(name));
    return docker(
      'run',
      '--rm',
      '--network',
      'none',
      '-v',
      `${volume}:/data:ro`,
      '--entrypoint',
      'cat',
      'rdzen-test/counting:1',
      '/data/calls',
    );
  };
  const called = (tool: string): Promise<number> =>
    eventually(
      () => calls(tool).catch(() => 0),
      (count) => count > 0,
      60_000,
      `${tool} is under way`,
    );

  it('a component that is killed while it reads is asked again', async () => {
    const question = await begin('look_up');
    await called('look_up');
    await docker('kill', await container());
    expect(await road.onlyAnswer(question)).toContain('`counting__look_up` called, and it answered: ');
    expect(await calls('look_up')).toBe(2);
  });

  it('a component that is killed while it writes is not, and people are told to look', async () => {
    const question = await begin('book');
    await called('book');
    await docker('kill', await container());
    expect(await road.onlyAnswer(question)).toMatch(/not known|unknown/i);
    expect(await calls('book')).toBe(1);
  });

  it('a core that dies between call and answer costs nothing', async () => {
    const { id } = await road.stage.rdzen.active();
    const question = await begin('book', 1_000);
    await called('book');
    await road.stage.cores[id - 1]?.set({ kind: 'refuse' });
    expect(await road.onlyAnswer(question)).toContain(`Table t${table} is booked`);
    expect(await calls('book')).toBe(1);
    await road.stage.cores[id - 1]?.heal();
    await road.stage.rdzen.ready(60_000);
  });

  it('a core that dies in the middle of the answer after a call costs nothing', async () => {
    const { id } = await road.stage.rdzen.active();
    const question = await begin('book', 1_000);
    await called('book');
    await road.stage.cores[id - 1]?.set({ kind: 'cut', afterTokens: 6 });
    const told = await road.onlyAnswer(question);
    expect(told).toMatch(/^I am the scripted core: [^.]*\. I had `counting__book` called, and it answered: /);
    expect(told.split(`Table t${table} is booked`)).toHaveLength(2);
    expect(await calls('book')).toBe(1);
    await road.stage.cores[id - 1]?.heal();
    await road.stage.rdzen.ready(60_000);
  });

  it.each([
    { at: 'tool-round-written', outcome: 'booked', times: [1] },
    { at: 'tool-call-sent', outcome: 'unknown', times: [0] },
    { at: 'tool-call-replied', outcome: 'unknown', times: [1] },
    { at: 'tool-call-settled', outcome: 'booked', times: [1] },
    { at: 'text-complete', outcome: 'booked', times: [1] },
    { at: 'answer-committed', outcome: 'booked', times: [1] },
    { at: 'post-replied', outcome: 'booked', times: [1] },
    { at: 'answer-posted', outcome: 'booked', times: [1] },
  ])('the gateway dies at $at: $outcome', async ({ at, outcome, times }) => {
    await road.stage.rdzen.exitCleanly();
    await road.stage.run({ RDZEN_CRASH_AT: at });
    const question = await begin('book', 0);
    await road.stage.died();
    await road.stage.run();
    const text = await road.onlyAnswer(question);
    expect(text).toMatch(outcome === 'booked' ? /is booked/ : /not known|unknown/i);
    expect(times).toContain(await calls('book'));
  });

  it('a component that hangs is given up, and the next call has a fresh one', async () => {
    const question = await begin('look_up');
    await called('look_up');
    const hung = await container();
    await docker('pause', hung);
    expect(await road.onlyAnswer(question)).toContain('counting__look_up');
    table++;
    expect(await road.onlyAnswer(await begin('look_up', 0))).toContain('was booked 0 times');
    expect(await container()).not.toBe(hung);
  });

  it('the gateway dies in the middle of the call: nothing is booked twice', async () => {
    const question = await begin('book');
    await called('book');
    await road.stage.kill();
    await road.stage.run();
    expect(await road.onlyAnswer(question)).toMatch(/not known|unknown/i);
    expect(await calls('book')).toBe(1);
  });

  it('the gateway dies in the middle of a call that reads: it is made again', async () => {
    const question = await begin('look_up');
    await called('look_up');
    await road.stage.kill();
    await road.stage.run();
    expect(await road.onlyAnswer(question)).toContain('was booked 0 times');
  });

  it('a component that floods us is ended, and the answer says so', async () => {
    expect(await road.onlyAnswer(await begin('flood'))).toContain('counting__flood');
    table++;
    expect(await road.onlyAnswer(await begin('look_up', 0))).toContain('was booked 0 times');
  });
});
