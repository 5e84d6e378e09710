import type { StreamChunk } from '../../src/ollama/ollama-api';
import { pause, PINNED } from '../contract/cores/core-client';
import { describeWithEngine, EngineCore } from './support/engine-rig';

const TRIALS = 5;
const WITHIN_MS = 200;

const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Infinity;

describeWithEngine('an answer nobody waits for any more', (rig) => {
  let core: EngineCore;

  beforeAll(async () => {
    core = await EngineCore.start(rig);
    await core.client.api.load(core.url, core.model, PINNED);
  });
  afterAll(() => core.close());

  /** About 1,500 tokens that no prompt before began with. */
  const longPrompt = (trial: number): string =>
    `Number ${trial}. ${'The keeper walked along the shore and looked at the grey sea. '.repeat(110)}`;

  /** Milliseconds for which the core was still busy with what was left, as the next answer found it. */
  async function busyAfter(leave: () => void): Promise<number> {
    leave();
    const body = { ...core.client.request('Hi', { num_predict: 1 }), keep_alive: -1, stream: false };
    const [answer] = (await core.client.lines('/api/chat', body)) as [Record<string, number>];
    const own = ['load_duration', 'prompt_eval_duration', 'eval_duration'];
    return own.reduce((rest, part) => rest - (answer[part] ?? 0), answer.total_duration ?? NaN) / 1e6;
  }

  function ask(content: string): { words: AsyncIterator<StreamChunk>; leave: () => void } {
    const abort = new AbortController();
    const words = core.client.chat(content, { num_predict: 400 }, abort.signal)[Symbol.asyncIterator]();
    return { words, leave: () => abort.abort() };
  }

  /** The slowest of the health calls that are made one after another until `done`. */
  async function slowestHealthCall(done: () => boolean): Promise<number> {
    let slowest = 0;
    while (!done()) {
      const began = performance.now();
      await core.client.api.version(core.url, { timeoutMs: 1000 });
      slowest = Math.max(slowest, performance.now() - began);
      await pause(10);
    }
    return slowest;
  }

  it('stops within 200 ms while its prompt is read', async () => {
    const busy: number[] = [];
    for (let trial = 0; trial < TRIALS; trial++) {
      const { words, leave } = ask(longPrompt(trial));
      const first = words.next();
      const left = expect(first).rejects.toMatchObject({ kind: 'aborted' });
      await pause(250 + 150 * trial);
      busy.push(await busyAfter(leave));
      await left;
    }
    expect(median(busy)).toBeLessThan(WITHIN_MS);
  });

  it('stops within 200 ms while it is spoken', async () => {
    const busy: number[] = [];
    for (let trial = 0; trial < TRIALS; trial++) {
      const { words, leave } = ask('Tell me a long story about a lighthouse.');
      for (let word = 0; word < 10 + trial; word++) await words.next();
      const rest = words.next().catch(() => undefined);
      busy.push(await busyAfter(leave));
      await rest;
    }
    expect(median(busy)).toBeLessThan(WITHIN_MS);
  });

  it('lets health calls through quickly all the while', async () => {
    const { words, leave } = ask(longPrompt(99));
    const first = words.next();
    let spoke = false;
    void first.then(() => (spoke = true));
    expect(await slowestHealthCall(() => spoke)).toBeLessThan(WITHIN_MS);

    let spoken = 0;
    const speaking = (async () => {
      while (spoken < 60 && !(await words.next()).done) spoken++;
      spoken = 60;
    })();
    expect(await slowestHealthCall(() => spoken >= 60)).toBeLessThan(WITHIN_MS);
    await speaking;
    leave();
  });

  it('reads a prompt only once', async () => {
    const prompt = longPrompt(100);
    const cold = (await core.client.ask(prompt, { num_predict: 1 })).final.stats;
    const warm = (await core.client.ask(prompt, { num_predict: 1 })).final.stats;
    expect(cold.promptTokens).toBeGreaterThan(1400);
    expect(warm.promptTokens).toBe(cold.promptTokens);
    expect(warm.promptMs).toBeLessThan(cold.promptMs / 5);
  });
});
