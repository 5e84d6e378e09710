import { verifyContinuation } from './continuation-check';
import type { ChatRequest, ModelDetails, OllamaApi, StreamChunk } from './ollama-api';
import { OllamaError } from './ollama-error';

const URL = 'http://core';
const SEA = 'The sea covers most of our planet and feeds many people. It is deep, cold and beautiful.';

interface CoreBehaviour {
  render?: (request: ChatRequest) => string;
  /** What it says to a question, or after the partial answer. */
  say?: (partial: string) => string;
  template?: string;
}

/** A core that knows only what this check asks for; anything else fails. */
function coreThat({ render, say, template }: CoreBehaviour): { api: OllamaApi; asked: ChatRequest[] } {
  const asked: ChatRequest[] = [];
  const api = {
    render: async (_url: string, request: ChatRequest) => render?.(request),
    async *chat(_url: string, request: ChatRequest): AsyncGenerator<StreamChunk> {
      asked.push(request);
      if (!say) throw new OllamaError('reset', URL, 'gone');
      const partial = request.messages.find(({ role }) => role === 'assistant')?.content ?? '';
      for (const word of say(partial).split(/(?= )/).slice(0, 24)) yield { done: false, text: word };
    },
    show: async () => ({ template }) as ModelDetails,
  };
  return { api: api as unknown as OllamaApi, asked };
}

const partialOf = ({ messages }: ChatRequest): string => messages.at(-1)?.content ?? '';
const goOn = (partial: string): string => SEA.slice(partial.length);

describe(verifyContinuation.name, () => {
  it('believes a rendered prompt that ends with the partial answer', async () => {
    const { api, asked } = coreThat({ render: (request) => `<user>…<assistant>${partialOf(request)}` });
    expect(await verifyContinuation(api, URL, 'm')).toMatchObject({ continues: true, how: 'render' });
    expect(asked).toEqual([]);
  });

  it('believes a rendered prompt that closes the partial answer', async () => {
    const { api } = coreThat({
      render: (request) => `<user>…<assistant>${partialOf(request)}<end><assistant>`,
    });
    const verdict = await verifyContinuation(api, URL, 'm');
    expect(verdict).toMatchObject({ continues: false, how: 'render' });
    expect(verdict.evidence).toContain('<end>');
  });

  it('lets a core without rendering show that it goes on, with the options of real traffic', async () => {
    const { api, asked } = coreThat({ say: goOn });
    const verdict = await verifyContinuation(api, URL, 'm', {
      modelOptions: { num_ctx: 2048, temperature: 1 },
    });
    expect(verdict).toMatchObject({ continues: true, how: 'probe' });
    expect(asked.map(({ options }) => options)).toEqual([
      { num_ctx: 2048, temperature: 0, num_predict: 24 },
      { num_ctx: 2048, temperature: 0, num_predict: 24 },
    ]);
    expect(SEA.startsWith(partialOf(asked[1] as ChatRequest))).toBe(true);
  });

  it.each<[string, (partial: string) => string, boolean]>([
    [
      'other white space',
      (partial) => (partial ? `\n ${goOn(partial).trim().replace(/ /g, '  ')}` : SEA),
      true,
    ],
    [
      'a later departure',
      (partial) => (partial ? `${goOn(partial).slice(0, 20)} something else` : SEA),
      true,
    ],
    ['the same answer again', () => SEA, false],
    ['another answer', (partial) => (partial ? 'Of course! Here are two sentences.' : SEA), false],
    ['nothing', (partial) => (partial ? '' : SEA), false],
  ])('judges %s', async (_name, say, continues) => {
    const verdict = await verifyContinuation(coreThat({ say }).api, URL, 'm');
    expect(verdict).toMatchObject({ continues, how: 'probe' });
  });

  it('tries another place where the model left its own track', async () => {
    const { api, asked } = coreThat({
      say: (partial) => (partial.length > SEA.length / 3 ? 'Hm, whatever.' : goOn(partial)),
    });
    expect(await verifyContinuation(api, URL, 'm')).toMatchObject({ continues: true, how: 'probe' });
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['{{ .System }}{{ .Prompt }}{{ .Response }}', true],
    ['{{ range .Messages }}{{ .Content }}{{ end }}', false],
  ])('asks the template %j when the model says too little', async (template, continues) => {
    const { api } = coreThat({ say: () => 'Sea.', template });
    expect(await verifyContinuation(api, URL, 'm')).toMatchObject({ continues, how: 'template' });
  });

  it('passes a failing core on as it is', async () => {
    await expect(verifyContinuation(coreThat({}).api, URL, 'm')).rejects.toThrow(OllamaError);
  });
});
