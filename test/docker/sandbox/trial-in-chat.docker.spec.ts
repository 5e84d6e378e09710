import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { scriptedAnswer } from '../../../src/embedded/core/scripted-answer';
import { ChatPerson, eventually } from '../../support/chat-person';
import {
  type LocalRegistry,
  registryMissing,
  startLocalRegistry,
} from '../../support/components/local-registry';
import { RunningRdzen } from '../../support/running-rdzen';

const missing = existsSync('/var/run/docker.sock') ? registryMissing : 'no Docker engine';
const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED trials in the chat: ${missing}\n`);

/** 200 of them outside of CI: RDZEN_TEST_KILLS=200. */
const KILLS = Number(process.env.RDZEN_TEST_KILLS ?? 20);
/** From the death of a core to the next token. */
const CRASH_BOUND_MS = 2_000;
const COMPONENT = 'io.github.yokingma/time-mcp';
jest.setTimeout(120_000);

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const ofTrials = (): string[] =>
  docker('ps', '-aq', '--filter', 'label=rdzen.trial', '--filter', `label=rdzen.component=${COMPONENT}`)
    .split('\n')
    .filter(Boolean);

/** From `component pack` to a report in a room, with a real engine, a real registry and a published server. */
suite('a trial in the chat', () => {
  let registry: LocalRegistry;
  let rdzen: RunningRdzen;
  let root: ChatPerson;
  let room: string;
  let networks: string;
  let volumes: string;
  let reference = '';

  beforeAll(async () => {
    registry = await startLocalRegistry();
    rdzen = await RunningRdzen.create();
    const said = execFileSync(
      process.execPath,
      [
        resolve('dist/cli.js'),
        ...['component', 'pack', 'time-mcp@1.0.6', '--to', `${registry.host}/components/time-mcp`],
      ],
      {
        encoding: 'utf8',
        env: { ...process.env, RDZEN_DATA: rdzen.data },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    reference = /pushed: {2}(\S+)/.exec(said)?.[1] ?? '';
    expect(said).toContain('!trial time-mcp tries it');
    networks = docker('network', 'ls', '-q');
    volumes = docker('volume', 'ls', '-q');
    await rdzen.launch();
    await rdzen.ready();
    root = await ChatPerson.enter(rdzen.chatUrl, 'Root', rdzen.adminKey);
    room = await root.direct();
  }, 240_000);
  afterAll(async () => {
    root?.leave();
    await rdzen?.close();
    if (reference !== '') docker('rmi', '--force', reference);
    await registry?.stop();
  }, 60_000);

  const said = async (text: string, count: number, withinMs = 90_000): Promise<string[]> => {
    const before = (await root.answersIn(room)).length;
    await root.say(room, text);
    return (await root.waitForAnswers(room, before + count, withinMs)).slice(before);
  };

  it('ends with a report that a person can decide on, well within a minute', async () => {
    const began = performance.now();
    const [begun = '', report = ''] = await said('!trial time-mcp', 2);
    process.stdout.write(`\n${report}\n${((performance.now() - began) / 1000).toFixed(1)} s\n`);
    expect(begun).toMatch(/^🧪 Trial \w{6} of Time 1\.0\.6 has begun/);
    expect(report).toMatch(
      /^\*\*Time 1\.0\.6 🟡 passed its trial, with something to read first \(\d+ s\)\*\*/,
    );
    const bullets = report.split('\n').filter((line) => line.startsWith('- '));
    expect(bullets.length).toBeGreaterThanOrEqual(3);
    expect(bullets.length).toBeLessThanOrEqual(6);
    expect(report).toContain('Its tools: 6 only read.');
    expect(report).toContain('It has no network. It keeps nothing.');
    expect(report).toMatch(/Rating 8 of 8 \(no network \+1, only reads \+1, signed \+1\)/);
    expect(performance.now() - began).toBeLessThan(60_000);
    expect(ofTrials()).toEqual([]);
  });

  it('keeps the report, shows it as a page and compares it with another', async () => {
    const { body } = await rdzen.api('GET', '/api/v1/trials');
    const [{ id } = { id: '' }] = body as unknown as { id: string }[];
    const { body: report } = await rdzen.api('GET', `/api/v1/trials/${id}/report`);
    const checks = report.checks as { number: number; status: string }[];
    expect(checks.map(({ number }) => number)).toEqual(Array.from({ length: 18 }, (_, number) => number));
    expect(checks.filter(({ status }) => status === 'passed').length).toBeGreaterThanOrEqual(15);
    expect(report).toMatchObject({ component: COMPONENT, verdict: 'pass_with_warnings', source: 'shipped' });
    const page = await fetch(`${rdzen.apiUrl}/api/v1/trials/${id}/page`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<h1>Time 1.0.6</h1>');
    const { body: same } = await rdzen.api('GET', `/api/v1/trials/${id}/compare?with=${id}`);
    expect(same).toMatchObject({ checks: [], tools_added: [], rights_changed: false, score: 0 });
    const events = await fetch(`${rdzen.apiUrl}/api/v1/trials/${id}/events`, {
      headers: { authorization: `Bearer ${rdzen.adminKey}` },
    });
    expect(await events.text()).toContain('event: end');
  });

  it('says what is missing, and who may do it', async () => {
    expect((await said('!trial no-such-thing', 1))[0]).toContain('No component "no-such-thing"');
    expect((await said('!trial time-mcp@9.9.9', 1))[0]).toContain('There are: 1.0.6');
    expect((await said('!trial calc-mcp', 1))[0]).toContain('component pack @coo-quack/calc-mcp@2.1.1');
    expect((await said('!trial stop xxxxxx', 1))[0]).toContain('There is no trial');
    const ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    const hers = await ann.direct();
    await ann.say(hers, '!trial time-mcp');
    expect((await ann.waitForAnswers(hers, 1))[0]).toMatch(/^Only administrators and operators/);
    ann.leave();
  });

  it('lets a failover keep its bound while five trials are asked for', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { status, body } = await rdzen.api('POST', '/api/v1/trials', { component: 'time-mcp' });
      expect(status).toBe(202);
      ids.push(String(body.id));
    }
    await eventually(
      () => ofTrials(),
      ({ length }) => length >= 2,
      30_000,
      'trials run side by side',
    );
    const { epoch } = await rdzen.ready();
    const question = 'Tell me a long story.';
    const ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    const hers = await ann.direct();
    const known = (await ann.answersIn(hers)).length;
    await ann.say(hers, question);
    await eventually(
      () => ann.answersIn(hers),
      (answers) => answers.length > known && (answers.at(-1) ?? { text: '' }).text.length > 40,
      30_000,
      'it is being written',
    );
    process.kill((await rdzen.active()).pid ?? 0, 'SIGKILL');
    const answers = await ann.waitForAnswers(hers, known + 1, 60_000);
    expect(answers.slice(known)).toEqual([scriptedAnswer([{ role: 'user', content: question }])]);
    const row = await eventually(
      async () => {
        const { body } = await rdzen.api('GET', '/api/v1/failover/history');
        return (body as unknown as { epoch: number; waited_ms?: number }[])[0];
      },
      (told) => told?.waited_ms !== undefined,
      30_000,
      'the history tells how long the answer stood still',
    );
    process.stdout.write(`killed among trials: ${row?.waited_ms} ms to the next token\n`);
    expect(row?.epoch).toBe(epoch + 1);
    expect(row?.waited_ms).toBeLessThanOrEqual(CRASH_BOUND_MS);
    ann.leave();
    for (const id of ids) {
      const { body } = await eventually(
        () => rdzen.api('GET', `/api/v1/trials/${id}`),
        (told) => told.body.state === 'over',
        240_000,
        `trial ${id} is over`,
      );
      expect(body.verdict).toBe('pass_with_warnings');
    }
    expect(ofTrials()).toEqual([]);
  }, 400_000);

  it('is stopped by a word, and nothing of it is left', async () => {
    const [begun = ''] = await said('!trial time-mcp', 1);
    const id = /Trial (\w{6})/.exec(begun)?.[1] ?? '';
    await eventually(
      () => ofTrials(),
      ({ length }) => length > 0,
      20_000,
      'its container runs',
    );
    const before = (await root.answersIn(room)).length;
    await root.say(room, `!trial stop ${id}`);
    const answers = (await root.waitForAnswers(room, before + 2, 30_000)).slice(before);
    expect(answers.some((text) => text.includes(`Trial ${id} is stopped`))).toBe(true);
    expect(answers.some((text) => text.includes('could not be judged'))).toBe(true);
    expect(ofTrials()).toEqual([]);
    const { body } = await rdzen.api('GET', `/api/v1/trials/${id}`);
    expect(body).toMatchObject({ state: 'over', verdict: 'inconclusive' });
  });

  it(
    `leaves nothing after ${KILLS} deaths of the gateway in the middle of trials`,
    async () => {
      for (let kill = 0; kill < KILLS; kill++) {
        await rdzen.api('POST', '/api/v1/trials', { component: 'time-mcp' });
        await eventually(
          () => ofTrials(),
          ({ length }) => length > 0,
          20_000,
          'its container runs',
        );
        // At another check each time.
        await new Promise((done) => setTimeout(done, (kill * 397) % 4_000));
        rdzen.signal('SIGKILL');
        await rdzen.exit();
        await rdzen.launch();
        await rdzen.ready();
        await eventually(
          () => ofTrials(),
          ({ length }) => length === 0,
          20_000,
          `nothing is left after kill ${kill + 1}`,
        );
      }
      const { body } = await rdzen.api('GET', '/api/v1/trials');
      const trials = body as unknown as { state: string }[];
      expect(trials.every(({ state }) => state === 'over')).toBe(true);
      expect(docker('network', 'ls', '-q')).toBe(networks);
      expect(docker('volume', 'ls', '-q')).toBe(volumes);
    },
    KILLS * 30_000,
  );

  it('is inconclusive where the registry is gone, which is not held against the component', async () => {
    docker('rmi', '--force', reference);
    await registry.stop();
    const [, report = ''] = await said('!trial time-mcp', 2);
    expect(report).toMatch(/^\*\*Time 1\.0\.6 ⚪ could not be judged/);
    expect(report).toContain('That says nothing of the component');
    reference = '';
  });
});
