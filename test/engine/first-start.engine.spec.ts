import { mkdirSync, readdirSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChatPerson, eventually } from '../support/chat-person';
import { RunningRdzen, type StatusView } from '../support/running-rdzen';
import { describeWithEngine } from './support/engine-rig';
import { seedEngine } from './support/seed-engine';
import { SlowHub } from './support/slow-hub';

jest.setTimeout(120_000);

const QUESTION = 'What is the capital of Poland?';

describeWithEngine('the first start with the built-in engine', (rig) => {
  let rdzen: RunningRdzen | undefined;
  let hub: SlowHub | undefined;
  let ann: ChatPerson | undefined;

  afterEach(async () => {
    ann?.leave();
    await rdzen?.close();
    await hub?.close();
    [ann, rdzen, hub] = [undefined, undefined, undefined];
  });

  const until = (
    condition: (status: StatusView) => boolean,
    what: string,
    ms = 20_000,
  ): Promise<StatusView> =>
    eventually(
      () => rdzen?.status() ?? Promise.reject(new Error('not started')),
      condition,
      ms,
      `${what}; it said:\n${rdzen?.output.slice(-2000)}`,
    );

  async function begin(
    environment: Record<string, string>,
    prepare: (data: string) => void = () => undefined,
  ) {
    rdzen = await RunningRdzen.create({ RDZEN_CORE: 'engine', RDZEN_TEMPERATURE: '0', ...environment });
    seedEngine(rig, rdzen.data);
    prepare(rdzen.data);
    await rdzen.launch();
    await eventually(
      () => rdzen?.status().catch(() => undefined),
      (status) => status?.rocketchat_connected === true,
      20_000,
      'Rdzen listens',
    );
    return rdzen;
  }

  it('shows how far the download is, keeps a question that was asked meanwhile, and answers it once', async () => {
    hub = await SlowHub.open(rig.gguf, 12e6);
    await begin({ HF_ENDPOINT: hub.url });
    ann = await ChatPerson.enter(rdzen?.chatUrl ?? '', 'Ann');
    const room = await ann.direct();
    await ann.say(room, QUESTION);

    const fetching = await until(
      ({ preparing }) => (preparing?.received_bytes ?? 0) > 10e6 && preparing?.step === 'model',
      'the model is being fetched',
    );
    expect(fetching).toMatchObject({
      mode: 'BLACKOUT',
      preparing: {
        total_bytes: 98_362_432,
        bytes_per_second: expect.any(Number),
        seconds_left: expect.any(Number),
      },
      cores: [
        { kind: 'engine', state: 'starting', reason: 'its model is being fetched' },
        { kind: 'engine', state: 'starting' },
      ],
    });
    await eventually(
      () => Promise.resolve(ann?.seen.map(({ text }) => text) ?? []),
      (texts) =>
        texts.some((text) => /language model is being fetched, \d+ % so far, about \d+ s to go/.test(text)),
      8_000,
      'the waiting person is told',
    );
    expect(rdzen?.output).toMatch(/fetching smollm2:135m.*\d+ % \(\d+ of 98 MB\), [\d.]+ MB\/s, \d+ s left/);

    hub.hurry();
    const answers = await eventually(
      () => ann?.answersIn(room) ?? Promise.resolve([]),
      (all) => all.some(({ text }) => /Warsaw/.test(text) && !text.endsWith('▍')),
      30_000,
      'the answer',
    );
    expect(answers).toHaveLength(1);
    const ready = await rdzen?.ready();
    expect(ready).not.toHaveProperty('preparing');
    expect(ready).toMatchObject({ mode: 'NORMAL', cores: [{ model: 'smollm2:135m' }, {}] });
  });

  it('goes on with the download after a kill -9, where it had come to', async () => {
    hub = await SlowHub.open(rig.gguf, 20e6);
    await begin({ HF_ENDPOINT: hub.url });
    await until(({ preparing }) => (preparing?.received_bytes ?? 0) > 15e6, 'some megabytes are here');
    rdzen?.signal('SIGKILL');
    await rdzen?.exit();
    hub.hurry();
    await rdzen?.launch();
    await rdzen?.ready(30_000);
    expect(hub.begun).toHaveLength(2);
    expect(hub.begun[1]).toBeGreaterThan(5e6);
  });

  it('names a damaged model file, sets it aside and fetches it again', async () => {
    hub = await SlowHub.open(rig.gguf, Infinity);
    await begin({ HF_ENDPOINT: hub.url }, (data) => {
      mkdirSync(join(data, 'models'));
      const file = join(data, 'models', 'SmolLM2-135M-Instruct.Q4_1.gguf');
      const bytes = readFileSync(rig.gguf);
      bytes.writeUInt8(bytes.readUInt8(50_000_000) ^ 1, 50_000_000);
      writeFileSync(file, bytes);
    });
    await rdzen?.ready(30_000);
    expect(rdzen?.output).toMatch(/SmolLM2-135M-Instruct\.Q4_1\.gguf.*(damaged|sha256|SHA-256)/i);
    expect(hub.begun).toEqual([0]);
  });

  it('takes a GGUF file of the person under its own name, and touches it not', async () => {
    await begin({ RDZEN_MODEL_FILE: rig.gguf, HF_ENDPOINT: 'http://127.0.0.1:9' });
    const { cores } = (await rdzen?.ready(30_000)) ?? { cores: [] };
    expect(cores.map(({ model }) => model)).toEqual([cores[0]?.model, cores[0]?.model]);
    expect(cores[0]?.model).toMatch(/smollm2-135m-instruct/i);
    expect(readdirSync(join(rdzen?.data ?? '', 'models')).filter((name) => name.endsWith('.gguf'))).toEqual(
      [],
    );
  });

  it('answers with stand-ins and says why where the model cannot be had', async () => {
    // No Python on this path, and nothing listens where the hub should be.
    await begin({ HF_ENDPOINT: 'http://127.0.0.1:9', PATH: '/nonexistent' });
    const { engine_problem: problem } = await until(
      (status) => status.engine_problem !== undefined,
      'the problem is told',
      30_000,
    );
    expect(problem).toEqual({
      cause: expect.stringMatching(/127\.0\.0\.1:9/),
      remedy: expect.stringMatching(/\w{10,}|\w+ \w+/),
    });
    const { cores } = (await rdzen?.ready(20_000)) ?? { cores: [] };
    expect(cores.map(({ kind, model }) => [kind, model])).toEqual([
      ['scripted', 'scripted'],
      ['scripted', 'scripted'],
    ]);
    expect(rdzen?.output).toMatch(/No language model answers[^]*Why:[^]*Remedy:/);
    ann = await ChatPerson.enter(rdzen?.chatUrl ?? '', 'Ann');
    const room = await ann.direct();
    await ann.say(room, QUESTION);
    expect((await ann.waitForAnswers(room, 1))[0]).toMatch(/no language model|scripted/i);
  });

  it('says at once what it cannot fetch: a model of Ollama’s library', async () => {
    await begin({ RDZEN_MODEL: 'llama3.2' });
    expect(await until(({ engine_problem }) => engine_problem !== undefined, 'the problem')).toMatchObject({
      engine_problem: { cause: expect.stringContaining('llama3.2'), remedy: expect.stringContaining('hf:') },
      cores: [{ kind: 'scripted' }, { kind: 'scripted' }],
    });
  });
});
