import { eventually } from '../../support/chat-person';
import { registryMissing } from '../../support/components/local-registry';
import { docker } from '../support/docker-command';
import { OwnEngine, ownEngineMissing } from '../support/own-engine';
import { ComponentRoad } from './support/component-road';
import { COUNTING, countingImage } from './support/counting-component';

const missing = ownEngineMissing ?? registryMissing;
const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED restarts of the engine: ${missing}\n`);

jest.setTimeout(120_000);

/** Long enough to strike in the middle of a call. */
const SLOW_MS = 3_000;
const ENVIRONMENT = process.env;

/** The real process and an engine of the test's own, which is stopped, killed and started while components are at work. */
suite('the Docker engine is restarted', () => {
  let engine: OwnEngine;
  let road: ComponentRoad;
  let table = 0;

  beforeAll(async () => {
    const image = await countingImage();
    road = await ComponentRoad.open();
    // Out of the machine's engine into the registry; from there on, all is asked of the test's own.
    await road.offer(COUNTING, image);
    engine = await OwnEngine.start(road.registry.host);
    process.env = { ...ENVIRONMENT, DOCKER_HOST: engine.address };
    await road.begin({ RDZEN_DOCKER_HOST: engine.address });
    expect(await road.trial('counting')).toMatch(/passed its trial/);
    await road.install('counting');
    await road.say(road.root, '!promote counting');
  }, 240_000);
  beforeEach(() => void table++);
  afterEach(() => void process.stdout.write(`\n${road.transcript.splice(0).join('\n')}\n`));
  afterAll(async () => {
    if (road && !road.stage.rdzen.exited) await road.stage.rdzen.exitCleanly();
    const left = await road?.left().catch((error: Error) => [error.message]);
    await road?.close();
    await engine?.close();
    process.env = ENVIRONMENT;
    expect(left).toEqual([]);
  }, 90_000);

  const begin = (tool: 'book' | 'look_up', ms = SLOW_MS): Promise<string> => {
    const text = `${{ book: 'Book', look_up: 'Look up' }[tool]} table t${table}.`;
    road.wishes.clear();
    road.wishes.set(text, { tool, arguments: { table: `t${table}`, ms } });
    road.transcript.push(`ann: ${text}`);
    return road.ann.say(road.channel, `@system-bot ${text}`);
  };
  const running = (label: string): Promise<string> => docker('ps', '-q', '--filter', `label=${label}`);
  /** As the component has written down by itself; it may sleep, and its engine be away. */
  const calls = async (tool: string): Promise<number> => {
    const id = await running(`rdzen.component=${COUNTING.label}`);
    const text = await docker('exec', id, 'cat', '/data/calls');
    return text.split('\n').filter((line) => line === `${tool} t${table}`).length;
  };
  const called = (tool: string): Promise<number> =>
    eventually(
      () => calls(tool).catch(() => 0),
      (count) => count > 0,
      60_000,
      `${tool} is under way`,
    );
  const restart = async (): Promise<void> => {
    await engine.down();
    await engine.up();
  };
  const crash = async (): Promise<void> => {
    await engine.crash();
    await engine.up();
  };
  /** Another life of the gateway. */
  const again = async (): Promise<void> => {
    await road.stage.rdzen.exitCleanly();
    await road.stage.run({ RDZEN_DOCKER_HOST: engine.address });
  };
  /** A call that is made now, by which it is also known how often it was booked. */
  const lookUp = async (): Promise<string> => road.onlyAnswer(await begin('look_up', 0));

  it('while it reads: one answer, and it is used again as soon as the engine is there', async () => {
    const question = await begin('look_up');
    await called('look_up');
    await restart();
    expect(await road.onlyAnswer(question)).toContain('counting__look_up');
    expect(await lookUp()).toContain('was booked 0 times');
  });

  it.each([
    ['stopped and started', restart],
    ['killed and started', crash],
  ])('while it writes, %s: nothing is booked twice, and people are told to look', async (_, strike) => {
    // Three ends within a minute, and it would be left alone.
    if (strike === crash) await again();
    const question = await begin('book');
    await called('book');
    await strike();
    expect(await road.onlyAnswer(question)).toMatch(/not known|unknown/i);
    expect(await lookUp()).toContain('was booked 1 times');
    expect(await calls('book')).toBe(1);
  });

  /** Does not heed the word to end: an engine that is stopped waits ten seconds for it. */
  const deaf = async (): Promise<void> => {
    const named = `label=io.modelcontextprotocol.server.name=${COUNTING.label}`;
    const [image = ''] = (await docker('images', '--quiet', '--filter', named)).split('\n');
    const program = "process.on('SIGTERM', () => 0); setInterval(() => 0, 1000)";
    await docker(
      'run',
      '--detach',
      '--rm',
      '--network',
      'none',
      '--entrypoint',
      'node',
      image,
      '-e',
      program,
    );
  };
  const byHand = async (): Promise<void> => void (await docker('kill', await running('rdzen.trial')));

  it.each([
    ['the engine is restarted', restart, undefined],
    ['the engine takes its time to stop', restart, deaf],
    ['its container is killed by hand', byHand, undefined],
  ])(
    'in the middle of a trial %s: it is not held against the component, and nothing is left',
    async (_, strike, before) => {
      await before?.();
      const trial = road.trial('counting');
      await eventually(() => running('rdzen.trial').catch(() => ''), Boolean, 60_000, 'its container runs');
      await strike();
      expect(await trial).toMatch(/could not be judged/);
      const left = async (): Promise<string> =>
        [
          await docker('ps', '-aq', '--filter', 'label=rdzen.trial'),
          await docker('volume', 'ls', '-q', '--filter', 'name=rdzen-trial'),
        ].join('');
      expect(await eventually(left, (ids) => ids === '', 30_000, 'nothing of the trial is left')).toBe('');
    },
  );
});
