import { PINNED, type Json } from './core-client';
import type { ContractContext } from './contract-context';
import type { CoreTraits } from './core-under-test';

const DETAILS = ['families', 'family', 'format', 'parameter_size', 'parent_model', 'quantization_level'];
const FINAL_NUMBERS = [
  'total_duration',
  'load_duration',
  'prompt_eval_count',
  'prompt_eval_duration',
  'eval_count',
  'eval_duration',
];

const keysOf = (value: unknown): string[] => Object.keys(value as object).sort();

export function describeShapes(context: ContractContext, { callsTools = false }: CoreTraits): void {
  describe('shapes', () => {
    const question = (): object => ({
      model: context.core.model,
      messages: [{ role: 'user', content: 'Hi' }],
      options: { ...PINNED, num_predict: 4 },
    });
    const prompt = (more: object = {}): object => ({
      model: context.core.model,
      prompt: 'Hi',
      options: { ...PINNED, num_predict: 4 },
      ...more,
    });

    it('says that it is there', async () => {
      const answer = await fetch(`${context.core.url}/`);
      expect([answer.status, await answer.text()]).toEqual([200, 'Ollama is running']);
      for (const path of ['/', '/api/version', '/api/tags']) {
        expect((await fetch(context.core.url + path, { method: 'HEAD' })).status).toBe(200);
      }
      expect(keysOf(await context.client.get('/api/version'))).toEqual(['version']);
      expect(await context.client.api.version(context.core.url)).toMatch(/^\d+\.\d+\.\d+/);
    });

    it('lists installed models', async () => {
      const { models } = (await context.client.get('/api/tags')) as { models: Json[] };
      const model = models.find(({ name }) => name === context.core.model);
      expect(keysOf(model)).toEqual(['details', 'digest', 'model', 'modified_at', 'name', 'size']);
      expect(keysOf(model?.details)).toEqual(DETAILS);
      expect(model?.digest).toMatch(/^[0-9a-f]{64}$/);
      expect(Date.parse(String(model?.modified_at))).toBeGreaterThan(0);
    });

    it('lists loaded models', async () => {
      await context.client.api.load(context.core.url, context.core.model, PINNED);
      const { models } = (await context.client.get('/api/ps')) as { models: Json[] };
      expect(models).toHaveLength(1);
      expect(keysOf(models[0])).toEqual([
        'context_length',
        'details',
        'digest',
        'expires_at',
        'model',
        'name',
        'size',
        'size_vram',
      ]);
      expect(keysOf(models[0]?.details)).toEqual(DETAILS);
      expect(models[0]).toMatchObject({ name: context.core.model, context_length: PINNED.num_ctx });
    });

    it('shows a model', async () => {
      const { text } = await context.client.post('/api/show', { model: context.core.model });
      const shown = JSON.parse(text) as Json;
      for (const key of ['modelfile', 'parameters', 'template', 'modified_at']) {
        expect(typeof shown[key]).toBe('string');
      }
      expect(keysOf(shown.details)).toEqual(DETAILS);
      expect(shown.model_info).toHaveProperty(['general.architecture']);
      expect(shown.capabilities).toEqual(callsTools ? ['completion', 'tools'] : ['completion']);
      expect(shown.modelfile).toMatch(/^FROM .*sha256-[0-9a-f]{64}$/m);
      expect(shown.parameters).toMatch(/^stop {27}"<\|im_end\|>"$/m);
    });

    it('streams a chat line by line', async () => {
      const { status, type, text } = await context.client.post('/api/chat', question());
      expect([status, type]).toEqual([200, 'application/x-ndjson']);
      expect(text.endsWith('}\n')).toBe(true);
      const lines = await context.client.lines('/api/chat', question());
      const final = lines.pop() as Json;
      expect(lines.length).toBeGreaterThan(1);
      for (const line of lines) {
        expect(keysOf(line)).toEqual(['created_at', 'done', 'message', 'model']);
        expect(line).toMatchObject({
          done: false,
          model: context.core.model,
          message: { role: 'assistant' },
        });
        expect(keysOf(line.message)).toEqual(['content', 'role']);
      }
      expect(keysOf(final)).toEqual(
        ['created_at', 'done', 'done_reason', 'message', 'model', ...FINAL_NUMBERS].sort(),
      );
      expect(final.message).toEqual({ role: 'assistant', content: '' });
    });

    it('gives its numbers as whole nanoseconds', async () => {
      const final = (await context.client.lines('/api/chat', question())).at(-1) as Record<string, number>;
      for (const name of FINAL_NUMBERS) {
        expect(Number.isInteger(final[name])).toBe(true);
        expect(final[name]).toBeGreaterThan(0);
      }
      const { total_duration: total = 0, prompt_eval_duration: first = 0, eval_duration: rest = 0 } = final;
      expect(total).toBeGreaterThanOrEqual(first + rest);
      expect(total).toBeLessThan(10e9);
    });

    it('gives a chat as one object', async () => {
      const { type, text } = await context.client.post('/api/chat', { ...question(), stream: false });
      expect(type).toBe('application/json; charset=utf-8');
      const answer = JSON.parse(text) as Json;
      expect(keysOf(answer)).toEqual(
        ['created_at', 'done', 'done_reason', 'message', 'model', ...FINAL_NUMBERS].sort(),
      );
      expect((answer.message as Json).content).not.toBe('');
    });

    it('streams a generation, with its context at the end', async () => {
      const lines = await context.client.lines('/api/generate', prompt());
      const final = lines.pop() as Json;
      for (const line of lines) expect(keysOf(line)).toEqual(['created_at', 'done', 'model', 'response']);
      expect(keysOf(final)).toEqual(
        ['context', 'created_at', 'done', 'done_reason', 'model', 'response', ...FINAL_NUMBERS].sort(),
      );
      expect((final.context as unknown[]).every(Number.isInteger)).toBe(true);
    });

    it('leaves the context out of a raw generation', async () => {
      const raw = prompt({
        raw: true,
        stream: false,
        prompt: '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
      });
      const [answer] = await context.client.lines('/api/generate', raw);
      expect(answer).toMatchObject({ done: true, done_reason: 'length' });
      expect(answer).not.toHaveProperty('context');
      const { status } = await context.client.post(
        '/api/generate',
        prompt({ raw: true, system: 'Be brief.' }),
      );
      expect(status).toBe(400);
    });

    it.each<[string, string, number, RegExp]>([
      [
        '/api/chat',
        '{"model":"no-such-model"}',
        404,
        /^model "no-such-model" not found, try pulling it first$/,
      ],
      ['/api/chat', '{"model":"no-such-model","keep_alive":0}', 404, /^model 'no-such-model' not found$/],
      ['/api/generate', '{"model":"no-such-model"}', 404, /^model 'no-such-model' not found$/],
      ['/api/show', '{"model":"no-such-model"}', 404, /^model 'no-such-model' not found$/],
      ['/api/chat', '{}', 400, /^model is required$/],
      ['/api/generate', '{}', 404, /^model '' not found$/],
      ['/api/show', '{}', 400, /^model is required$/],
      ['/api/chat', '', 400, /^missing request body$/],
      ['/api/generate', '', 400, /^missing request body$/],
      ['/api/chat', '{"model":', 400, /./],
      ['/api/chat', '{"model":7}', 400, /cannot unmarshal number/],
      ['/api/chat', '{"model":"MODEL","messages":"Hi"}', 400, /cannot unmarshal string/],
      ['/api/generate', '{"model":"MODEL","prompt":["Hi"]}', 400, /cannot unmarshal array/],
      ['/api/chat', '{"model":"MODEL","keep_alive":"soon"}', 400, /^time: invalid duration "soon"$/],
      [
        '/api/chat',
        '{"model":"MODEL","options":{"num_ctx":"x"}}',
        500,
        /^option "num_ctx" must be of type integer$/,
      ],
      [
        '/api/chat',
        '{"model":"MODEL","think":true,"messages":[{"role":"user","content":"Hi"}]}',
        400,
        /thinking$/,
      ],
      ['/api/generate', '{"model":"MODEL","suffix":"x","prompt":"Hi"}', 400, /does not support insert$/],
    ])('refuses %s %s with %d', async (path, body, status, error) => {
      const answer = await context.client.post(path, body.replace('MODEL', context.core.model));
      expect([answer.status, answer.type]).toEqual([status, 'application/json; charset=utf-8']);
      const said = JSON.parse(answer.text) as Json;
      expect(keysOf(said)).toEqual(['error']);
      expect(said.error).toMatch(error);
    });

    const having = callsTools ? it : undefined;
    having?.('calls a tool in one line, and then has no text', async () => {
      const parameters = { type: 'object', properties: { of: { type: 'string' } }, required: ['of'] };
      const about = { name: 'town__weather_report', description: 'The weather report.', parameters };
      const body = {
        ...question(),
        messages: [{ role: 'user', content: 'The weather report, please.' }],
        tools: [{ type: 'function', function: about }],
      };
      const { text, status } = await context.client.post('/api/chat', body);
      expect(status).toBe(200);
      const lines = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { message: Json; done: boolean });
      const [wish] = lines.flatMap(({ message }) => (message.tool_calls ?? []) as { function: Json }[]);
      expect(wish?.function).toMatchObject({ name: about.name, arguments: expect.any(Object) as unknown });
      expect(lines.map(({ message }) => message.content).join('')).toBe('');
      expect(lines.at(-1)?.done).toBe(true);
    });

    const lacking = callsTools ? undefined : it;
    lacking?.('refuses tools where its model calls none', async () => {
      const tools = [{ type: 'function' }];
      const { status, text } = await context.client.post('/api/chat', { ...question(), tools });
      expect([status, JSON.parse(text)]).toEqual([
        400,
        { error: expect.stringMatching(/does not support tools$/) as unknown },
      ]);
    });

    it('ignores options that it does not know', async () => {
      const { status } = await context.client.post('/api/chat', {
        ...question(),
        options: { ...PINNED, num_predict: 1, no_such_option: 1 },
      });
      expect(status).toBe(200);
    });

    it.each([
      ['GET', '/no/such/path', 404, null],
      ['GET', '/api/chat', 405, 'POST'],
      ['POST', '/api/ps', 405, 'GET'],
    ])('answers %s %s with %d', async (method, path, status, allow) => {
      const answer = await fetch(context.core.url + path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([status, allow]);
    });
  });
}
