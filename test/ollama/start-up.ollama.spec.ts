import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { RealOllama, rigFromEnvironment } from '../rigs/real-ollama';
import { ChatPerson, eventually } from '../support/chat-person';
import { childrenOf } from '../support/process-tree';
import { RunningRdzen } from '../support/running-rdzen';

jest.setTimeout(120_000);
const rig = rigFromEnvironment();
const describeWithRig = rig ? describe : describe.skip;

const withOllama = (): Record<string, string> => ({
  PATH: `${dirname(rig?.ollama ?? '')}${delimiter}${process.env.PATH ?? ''}`,
  OLLAMA_MODELS: rig?.modelsDir ?? '',
});

describeWithRig('a start where Ollama is installed', () => {
  it('takes two real cores and the smallest chat model by itself, within 5 s, and leaves nothing behind', async () => {
    const rdzen = await RunningRdzen.create({ ...withOllama(), RDZEN_CORE: 'auto' });
    try {
      const begun = performance.now();
      await rdzen.launch();
      const up = await eventually(
        () => rdzen.status().catch(() => undefined),
        (status) =>
          status !== undefined &&
          status.cores.length === 2 &&
          status.cores.every(({ pid }) => pid !== undefined),
        10_000,
        'the API and two cores are up',
      );
      expect(performance.now() - begun).toBeLessThan(5_000);
      expect(up?.cores.map(({ kind }) => kind)).toEqual(['ollama', 'ollama']);
      const ready = await rdzen.ready();
      expect(ready.cores[0]).toMatchObject({ model: expect.stringContaining('smollm2') });
      await rdzen.exitCleanly();

      await rdzen.launch();
      const again = await rdzen.ready();
      const servers = again.cores.map(({ pid = 0 }) => pid);
      const runners = (await Promise.all(servers.map((pid) => childrenOf(pid)))).flat();
      expect(runners.length).toBeGreaterThanOrEqual(2);
      rdzen.signal('SIGKILL');
      await rdzen.exit();
      await eventually(
        () => [...servers, ...runners].filter(lives),
        (left) => left.length === 0,
        5_000,
        'no server and no runner lives',
      );
    } finally {
      await rdzen.close();
    }
  });
});

describeWithRig('two Ollamas that others run', () => {
  it('answers from the one that has the model, and says what the other lacks', async () => {
    if (!rig) return;
    const empty = mkdtempSync(join(tmpdir(), 'rdzen-no-models-'));
    const [without, having] = await Promise.all([
      RealOllama.start(rig, { OLLAMA_MODELS: empty }),
      RealOllama.start(rig),
    ]);
    const rdzen = await RunningRdzen.create({
      OLLAMA_URL_CORE1: without.url,
      OLLAMA_URL_CORE2: having.url,
      RDZEN_MODEL: rig.model,
      RDZEN_NUM_THREAD: '1',
      RDZEN_TEMPERATURE: '0',
    });
    try {
      await rdzen.launch();
      const status = await rdzen.ready(30_000, 1);
      const person = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
      const room = await person.direct();
      await person.say(room, 'What is the capital of Poland?');
      const [answer] = await person.waitForAnswers(room, 1, 30_000);
      expect(answer).toMatch(/Warsaw/);
      person.leave();
      // Answered at once by the other core; the switch itself waits out the grace of ten seconds after a start.
      const { cores } = await eventually(
        () => rdzen.status(),
        ({ active_core }) => active_core === 2,
        15_000,
        'core 2 is active',
      );
      const [first, second] = cores;
      expect(first).toMatchObject({
        id: 1,
        kind: 'external',
        state: 'down',
        reason: expect.stringContaining(`ollama pull ${rig.model}`),
      });
      expect(second).toMatchObject({ id: 2, role: 'active', state: 'ready' });
      expect(status.mode).toBe('SINGLE');
    } finally {
      await rdzen.close();
      await Promise.all([without.close(), having.close()]);
      rmSync(empty, { recursive: true, force: true });
    }
  });
});

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
