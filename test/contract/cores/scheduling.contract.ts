import type { LoadedModel } from '../../../src/ollama/ollama-api';
import { eventually, LONG_QUESTION, pause, PINNED, SHORT_QUESTION } from './core-client';
import type { ContractContext } from './contract-context';

const A_YEAR_MS = 365 * 24 * 3_600_000;

export function describeScheduling(context: ContractContext): void {
  const loaded = (): Promise<LoadedModel[]> => context.client.api.ps(context.core.url);

  describe('loading', () => {
    const call = async (path: string, more: object): Promise<unknown> => {
      const body = { model: context.core.model, options: PINNED, ...more };
      return JSON.parse((await context.client.post(path, body)).text);
    };
    const unload = (): Promise<unknown> => call('/api/generate', { keep_alive: 0 });

    it.each([
      ['/api/chat', { messages: [], keep_alive: -1 }],
      ['/api/generate', { keep_alive: -1 }],
    ])('loads by an empty %s and keeps the model for ever', async (path, more) => {
      await unload();
      await eventually(async () => (await loaded()).length === 0);
      expect(await call(path, more)).toMatchObject({ done: true, done_reason: 'load' });
      const [model] = await loaded();
      expect(model?.expiresAt).toBeGreaterThan(Date.now() + A_YEAR_MS);
    });

    it.each([
      ['/api/chat', { messages: [], keep_alive: 0 }],
      ['/api/generate', { prompt: '', keep_alive: '900ms' }],
    ])('unloads by an empty %s that keeps nothing', async (path, more) => {
      await context.client.api.load(context.core.url, context.core.model, PINNED);
      expect(await call(path, more)).toMatchObject({ done: true, done_reason: 'unload' });
      await eventually(async () => (await loaded()).length === 0);
    });

    it('unloads by itself when the time is over', async () => {
      await call('/api/generate', { keep_alive: '1s' });
      expect(await loaded()).toHaveLength(1);
      await eventually(async () => (await loaded()).length === 0);
    });

    it('loads again for another runner option, and not for a sampling option', async () => {
      const { client, core } = context;
      await client.api.load(core.url, core.model, PINNED);
      const warm = await client.ask('Hi', { num_predict: 1, temperature: 0.5, seed: 7 });
      expect((await loaded())[0]?.contextLength).toBe(2048);
      const reloaded = await client.ask('Hi', { num_predict: 1, num_ctx: 1024 });
      expect((await loaded())[0]?.contextLength).toBe(1024);
      expect(reloaded.final.stats.loadMs).toBeGreaterThan(warm.final.stats.loadMs);
      await client.api.load(core.url, core.model, PINNED);
      expect((await loaded())[0]?.contextLength).toBe(2048);
    });
  });

  describe('one answer at a time', () => {
    beforeAll(() => context.client.api.load(context.core.url, context.core.model, PINNED));

    /** Begins an answer that does not end by itself soon; resolves once it speaks. */
    async function occupy(): Promise<() => void> {
      const abort = new AbortController();
      const words = context.client
        .chat(LONG_QUESTION, { num_predict: 500 }, abort.signal)
        [Symbol.asyncIterator]();
      await words.next();
      const rest = (async () => {
        while (!(await words.next()).done);
      })();
      rest.catch(() => undefined);
      return () => abort.abort();
    }

    it('lets a second question wait in silence, without so much as a header', async () => {
      const leave = await occupy();
      let headers = false;
      const second = context.client.post('/api/chat', context.client.request('Hi', { num_predict: 2 }));
      const watch = fetch(`${context.core.url}/api/chat`, {
        method: 'POST',
        body: JSON.stringify(context.client.request('Hi', { num_predict: 2 })),
      }).then((answer) => {
        headers = true;
        return answer.text();
      });
      await pause(250);
      expect(headers).toBe(false);
      expect(await context.client.api.version(context.core.url, { timeoutMs: 1000 })).toMatch(/\d/);
      leave();
      expect((await second).status).toBe(200);
      await watch;
    });

    it('is free again at once when the listener leaves', async () => {
      const leave = await occupy();
      leave();
      const left = Date.now();
      const words = context.client.chat(SHORT_QUESTION)[Symbol.asyncIterator]();
      await words.next();
      expect(Date.now() - left).toBeLessThan(700);
      await words.return?.();
    });

    it('forgets a waiting question whose asker has left', async () => {
      const leave = await occupy();
      const abort = new AbortController();
      const waiting = context.client.chat(LONG_QUESTION, {}, abort.signal)[Symbol.asyncIterator]().next();
      const failed = expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
      await pause(100);
      abort.abort();
      await failed;
      leave();
      const started = Date.now();
      await context.client.ask('Hi', { num_predict: 2 });
      expect(Date.now() - started).toBeLessThan(1000);
    });
  });
}
