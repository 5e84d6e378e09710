import { type Json, PINNED } from './core-client';
import type { ContractContext } from './contract-context';
import type { CoreTraits } from './core-under-test';

const dot = (one: number[], other: number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

export function describeEmbeddings(context: ContractContext, traits: CoreTraits): void {
  describe('embeddings', () => {
    const call = async (path: string, more: object): Promise<{ status: number; answer: Json }> => {
      const body = { model: context.core.model, options: PINNED, ...more };
      const { status, text } = await context.client.post(path, body);
      return { status, answer: JSON.parse(text) as Json };
    };
    const embed = async (input: unknown): Promise<number[][]> =>
      (await call('/api/embed', { input })).answer.embeddings as number[][];

    it.each<[string, object, number, string]>([
      ['/api/embed', { input: 7 }, 400, 'invalid input type'],
      ['/api/embed', { input: ['Hi', 7] }, 400, 'invalid input type'],
      [
        '/api/embed',
        { model: 'no-such-model' },
        404,
        'model "no-such-model" not found, try pulling it first',
      ],
      ['/api/embeddings', { model: '' }, 400, 'model is required'],
      [
        '/api/embeddings',
        { model: 'no-such-model' },
        404,
        'model "no-such-model" not found, try pulling it first',
      ],
    ])('refuses %s %j with %d', async (path, more, status, error) => {
      expect(await call(path, more)).toEqual({ status, answer: { error } });
    });

    it.each([undefined, '', []])('loads the model when there is nothing to embed: %j', async (input) => {
      const { answer } = await call('/api/embed', { input });
      expect(answer).toEqual({ model: context.core.model, embeddings: [] });
      expect((await call('/api/embeddings', { prompt: '' })).answer).toEqual({ embedding: [] });
      expect(await context.client.api.ps(context.core.url)).toHaveLength(1);
    });

    if (!traits.embeds) {
      it.each([
        ['/api/embed', { input: 'Hi' }],
        ['/api/embeddings', { prompt: 'Hi' }],
      ])('refuses %s: this model has no vectors', async (path, more) => {
        expect(await call(path, more)).toEqual({
          status: 500,
          answer: { error: 'this model does not support embeddings' },
        });
      });
      return;
    }

    it('gives one vector of length one for each text, in their order', async () => {
      const { answer } = await call('/api/embed', { input: ['Hi there', 'The sea is grey'] });
      expect(Object.keys(answer).sort()).toEqual([
        'embeddings',
        'load_duration',
        'model',
        'prompt_eval_count',
        'total_duration',
      ]);
      expect(answer.prompt_eval_count).toBe(6);
      const [first = [], second = []] = answer.embeddings as number[][];
      expect(first.length).toBeGreaterThan(100);
      for (const vector of [first, second]) expect(dot(vector, vector)).toBeCloseTo(1, 3);
      const [alone = []] = await embed('The sea is grey');
      expect(dot(alone, second)).toBeGreaterThan(0.99);
      expect(dot(alone, first)).toBeLessThan(0.99);
    });

    it('gives the older call its vector as the model has it', async () => {
      const { answer } = await call('/api/embeddings', { prompt: 'Hi there' });
      const vector = answer.embedding as number[];
      const [unit = []] = await embed('Hi there');
      const length = Math.sqrt(dot(vector, vector));
      expect(length).toBeGreaterThan(2);
      expect(dot(vector, unit)).toBeCloseTo(length, 1);
    });

    it('cuts a text that is too long, or refuses it', async () => {
      const input = 'word '.repeat(3000);
      expect(await call('/api/embed', { input, truncate: false })).toEqual({
        status: 400,
        answer: { error: 'input length exceeds maximum context length' },
      });
      const { answer } = await call('/api/embed', { input });
      expect(answer.embeddings).toHaveLength(1);
      expect(answer.prompt_eval_count).toBeLessThanOrEqual(PINNED.num_ctx ?? 0);
    });

    it('answers afterwards as before', async () => {
      const before = await context.client.ask('Hi', { num_predict: 8 });
      await embed('Hi');
      expect((await context.client.ask('Hi', { num_predict: 8 })).text).toBe(before.text);
    });
  });
}
