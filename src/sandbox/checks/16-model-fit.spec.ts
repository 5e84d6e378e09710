import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Settings } from '../../config/settings';
import { SchemaJudge } from '../../mcp/schema-judge';
import { HttpOllamaApi } from '../../ollama/http-ollama-api';
import { ToolQuestion } from '../../ollama/tool-question';
import { SystemClock } from '../../shared/system-clock';
import { SandboxModel } from '../sandbox-model';
import type { TrialScene } from '../trial-scene';
import { modelFit } from './16-model-fit';

interface Asked {
  model: string;
  messages: { content: string }[];
  tools: { type: string; function: { name: string; parameters: unknown } }[];
  options: { num_ctx: number; temperature: number };
  stream: boolean;
}

const SCHEMA = {
  type: 'object',
  properties: { zone: { type: 'string' } },
  required: ['zone'],
};
const TOKYO = { function: { name: 'current_time', arguments: { zone: 'Asia/Tokyo' } } };

describe('check 16, model-fit', () => {
  const clock = new SystemClock();
  let server: Server;
  let url: string;
  let asked: Asked[];
  let installed: Record<string, string[]>;
  let chooses: (sentence: string) => unknown[] | undefined | 'error';
  let schemas: SchemaJudge;
  let leftMs: number;

  beforeEach(async () => {
    asked = [];
    leftMs = 100_000;
    installed = { 'plain:latest': ['completion'], 'smart:3b': ['completion', 'tools'] };
    chooses = () => [TOKYO];
    schemas = new SchemaJudge(clock);
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Asked;
        const send = (status: number, answer: unknown): void =>
          void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
        if (request.url === '/api/tags')
          return send(200, { models: Object.keys(installed).map((name) => ({ name })) });
        if (request.url === '/api/show') return send(200, { capabilities: installed[body.model] ?? [] });
        asked.push(body);
        const calls = chooses(body.messages[0]?.content ?? '');
        if (calls === 'error') return send(500, { error: 'llama runner process has terminated' });
        return send(200, {
          model: body.model,
          message: { role: 'assistant', content: '', ...(calls ? { tool_calls: calls } : {}) },
          done: true,
          done_reason: 'stop',
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await schemas.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const scene = (settings: Partial<Settings> = { OLLAMA_URL: url }): TrialScene => {
    const model = new SandboxModel(
      Object.assign(new Settings(), settings),
      new HttpOllamaApi(clock),
      new ToolQuestion(clock),
    );
    const block = { examples: { en: ['Time in Tokyo?', 'Remember: milk.'], pl: ['Godzina w Tokio?'] } };
    const tools = [{ name: 'current_time', description: 'The time.', inputSchema: SCHEMA }];
    const signal = new AbortController().signal;
    return { model, clock, signal, leftMs, block, tools, schemas } as unknown as TrialScene;
  };

  it('asks every sentence, with all tools and room for them, and counts what fits', async () => {
    const sut = scene();
    expect(await modelFit.ask(sut)).toEqual({
      status: 'passed',
      detail: 'smart:3b chose well for 3 of 3 sentences',
    });
    expect(sut.modelFit).toEqual({ model: 'smart:3b', right: 3, of: 3 });
    expect(asked.map(({ messages }) => messages[0]?.content)).toEqual([
      'Time in Tokyo?',
      'Godzina w Tokio?',
      'Remember: milk.',
    ]);
    expect(asked[0]).toMatchObject({
      model: 'smart:3b',
      stream: false,
      tools: [{ type: 'function', function: { name: 'current_time', parameters: SCHEMA } }],
      options: { temperature: 0, num_ctx: 4096 },
    });
  });

  it('warns of wrong tools, wrong arguments and no call, and says which', async () => {
    chooses = (sentence) =>
      sentence.includes('milk')
        ? undefined
        : [
            {
              function: sentence.startsWith('T')
                ? { name: 'clock', arguments: {} }
                : { name: 'current_time', arguments: {} },
            },
          ];
    const sut = scene();
    const finding = await modelFit.ask(sut);
    expect(finding).toMatchObject({ status: 'warned', detail: expect.stringContaining('0 of 3') as string });
    expect(finding.evidence).toEqual([
      '"Time in Tokyo?": there is no tool clock',
      expect.stringMatching(/^"Godzina w Tokio\?": current_time: .*zone/),
      '"Remember: milk.": no tool was called',
    ]);
    expect(sut.modelFit).toMatchObject({ right: 0, of: 3 });
  });

  it('takes the model of production where the sandbox has it', async () => {
    installed = { 'a:1b': ['tools'], 'ours:latest': ['tools'] };
    expect(await modelFit.ask(scene({ OLLAMA_URL: url, RDZEN_MODEL: 'ours' }))).toMatchObject({
      detail: expect.stringContaining('ours:latest') as string,
    });
  });

  it('counts what was answered before it broke', async () => {
    chooses = (sentence) => (sentence.includes('milk') ? 'error' : [TOKYO]);
    expect(await modelFit.ask(scene())).toMatchObject({
      status: 'passed',
      detail: expect.stringMatching(/2 of 2 sentences; 1 more were not asked/) as string,
    });
  });

  it.each<[string, () => Partial<Settings>, RegExp]>([
    ['no OLLAMA_URL', () => ({}), /OLLAMA_URL is not set/],
    ['a core of production', () => ({ OLLAMA_URL: url, OLLAMA_URL_CORE1: `${url}/` }), /answers people/],
    ['nobody there', () => ({ OLLAMA_URL: 'http://127.0.0.1:9' }), /does not answer \(refused\)/],
  ])('measures nothing with %s, and says why', async (_, settings, words) => {
    const finding = await modelFit.ask(scene(settings()));
    expect(finding).toEqual({ status: 'not-measured', detail: expect.stringMatching(words) as string });
    expect(asked).toEqual([]);
  });

  it('measures nothing where no model can call tools, none answers, or no time is left', async () => {
    chooses = () => 'error';
    expect(await modelFit.ask(scene())).toMatchObject({ status: 'not-measured' });
    chooses = () => [TOKYO];
    leftMs = 15_000;
    expect(await modelFit.ask(scene())).toMatchObject({
      status: 'not-measured',
      detail: expect.stringContaining('time') as string,
    });
    installed = { 'plain:latest': ['completion'] };
    expect(await modelFit.ask(scene())).toMatchObject({
      detail: expect.stringContaining('can call tools') as string,
    });
    installed = {};
    expect(await modelFit.ask(scene())).toMatchObject({
      detail: expect.stringContaining('has none') as string,
    });
  });
});
