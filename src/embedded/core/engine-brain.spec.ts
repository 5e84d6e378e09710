import { mkdir, mkdtemp, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeEngine } from '../../../test/engine/support/fake-engine';
import type { RunnerOptions } from './brain';
import { EngineBrain } from './engine-brain';
import { ProcessClock } from './process-clock';

const RUNNER: RunnerOptions = { num_ctx: 2048, num_thread: 0, num_batch: 512, num_gpu: -1 };
const never = new AbortController().signal;

describe(EngineBrain.name, () => {
  let folder: string;
  let modelFile: string;
  let sut: EngineBrain;
  let engine: FakeEngine;
  let importFailure: string | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-engine-brain-'));
    modelFile = join(folder, 'model.gguf');
    engine = new FakeEngine();
    importFailure = undefined;
    sut = new EngineBrain(new ProcessClock(), {
      engineDir: join(folder, 'engine'),
      modelFile,
      model: 'small',
      threads: 2,
      importEngine: async () => {
        if (importFailure) throw new Error(importFailure);
        return engine.module;
      },
    });
  });
  afterEach(async () => {
    await sut.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  async function place(): Promise<void> {
    await mkdir(join(folder, 'engine'));
    await writeFile(join(folder, 'engine/package.json'), '{}');
    await writeFile(modelFile, 'weights');
  }

  async function provide(): Promise<void> {
    await place();
    await sut.watch();
  }

  it('knows its model after the first look, and does not wait for the sum of a large file', async () => {
    await place();
    await sut.firstLook();
    expect(sut.model?.name).toBe('small:latest');

    const large = join(folder, 'large.gguf');
    await writeFile(large, '');
    await truncate(large, 3 * 1024 ** 3);
    const options = { engineDir: join(folder, 'engine'), modelFile: large, model: 'large', threads: 1 };
    const other = new EngineBrain(new ProcessClock(), {
      ...options,
      importEngine: async () => engine.module,
    });
    const begun = Date.now();
    await other.firstLook();
    // It would have waited for three seconds.
    expect(Date.now() - begun).toBeLessThan(2_000);
    expect(other.model).toBeUndefined();
    await truncate(large, 0);
    await other.dispose();
  });

  it('has no model until engine and file are there, and again none when the file is gone', async () => {
    await sut.watch();
    expect(sut.model).toBeUndefined();
    await provide();
    expect(sut.model).toMatchObject({
      name: 'small:latest',
      sizeBytes: 7,
      family: 'fake',
      parameterSize: '1.50M',
      quantization: 'Q4_K_M',
      contextLength: 4096,
      stop: ['<|im_start|>', '<|im_end|>'],
      modelInfo: { 'general.architecture': 'fake', 'fake.attention.head_count': 9 },
    });
    await unlink(modelFile);
    const until = Date.now() + 5_000;
    while (sut.model && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sut.model).toBeUndefined();
  });

  it.each([
    [0, 2],
    [1, 1],
    [16, 2],
  ])('with %d threads wished computes with %d, never with more than it may', async (num_thread, threads) => {
    await provide();
    await sut.load({ ...RUNNER, num_thread });
    expect(engine.options).toMatchObject({ gpu: false, build: 'never', skipDownload: true, maxThreads: 2 });
    expect(engine.log).toEqual([`load ${modelFile}`, `context 2048 threads ${threads}`]);
  });

  it('gives a context no larger than the model was made for', async () => {
    await provide();
    await sut.load({ ...RUNNER, num_ctx: 100_000 });
    expect(engine.log).toContain('context 8192 threads 2');
  });

  it('answers, and reads a prompt once for counting and answering', async () => {
    await provide();
    await sut.load(RUNNER);
    const input = { turns: [{ role: 'user', content: 'Hi' }] };
    const prompt = await sut.read(input, {});
    expect(await sut.read(input, {})).toBe(prompt);
    let text = '';
    for await (const piece of sut.complete(input, {}, never)) text += piece;
    expect(text).toBe('Hello');
  });

  it('embeds, cut to its context or refused', async () => {
    await provide();
    await sut.load({ ...RUNNER, num_ctx: 100 });
    const long = 'x'.repeat(200);
    expect(await sut.embed(['Hi', long], true, never)).toEqual({
      vectors: [
        [2, 0],
        [97, 0],
      ],
      tokens: 99,
    });
    await expect(sut.embed([long], false, never)).rejects.toMatchObject({ status: 400 });
  });

  it('tells the reason that the engine only logs, and tries again', async () => {
    await provide();
    engine.loadFailure = 'tensor data is not within the file bounds';
    await expect(sut.load(RUNNER)).rejects.toMatchObject({
      status: 500,
      message: expect.stringMatching(
        /model\.gguf cannot be loaded: Failed to load model; tensor data is not/,
      ),
    });
    engine.loadFailure = undefined;
    await sut.load(RUNNER);
  });

  it('tells what is wrong with the engine, and tries again', async () => {
    importFailure = 'no CPU build for this machine';
    await provide();
    expect(sut.model).toMatchObject({ family: 'unknown' });
    await expect(sut.load(RUNNER)).rejects.toThrow(
      /engine in .* does not work .*no CPU build for this machine/,
    );
    importFailure = undefined;
    await sut.load(RUNNER);
  });

  it('reads what is not ChatML as the engine does', async () => {
    engine.chatTemplate = '[INST]';
    await provide();
    await sut.load(RUNNER);
    const turns = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ];
    const begun = [
      { type: 'system', text: 'Be brief.' },
      { type: 'user', text: 'Hi' },
    ];
    expect(JSON.parse(sut.render(turns))).toEqual([...begun, { type: 'model', response: [] }]);
    const halfway = [...turns, { role: 'assistant', content: 'Hel' }];
    expect(JSON.parse(sut.render(halfway))).toEqual([...begun, { type: 'model', response: ['Hel'] }]);
  });

  it('lets go of everything, inside out', async () => {
    await provide();
    await sut.load(RUNNER);
    await sut.embed(['Hi'], true, never);
    engine.log.length = 0;
    await sut.dispose();
    expect(engine.log).toEqual(['embedding gone', 'context gone', 'model gone', 'engine gone']);
    await expect(sut.tokenize('Hi')).rejects.toThrow('not loaded');
  });
});
