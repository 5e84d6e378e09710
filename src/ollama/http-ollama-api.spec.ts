import { MisbehavingServers } from '../../test/support/fakes/fake-core/misbehaving-server';
import {
  failureOf,
  FINAL,
  piece,
  readAnswer,
  REQUEST,
} from '../../test/support/fakes/fake-core/wire-samples';
import { SystemClock } from '../shared/system-clock';
import { HttpOllamaApi } from './http-ollama-api';

describe(`${HttpOllamaApi.name}`, () => {
  const sut = new HttpOllamaApi(new SystemClock());
  const servers = new MisbehavingServers();

  afterEach(() => servers.close());

  it('delivers an answer line by line and its numbers in milliseconds', async () => {
    const url = await servers.streaming(piece('Hel'), piece('lo'), FINAL);
    expect((await readAnswer(sut.chat(url, REQUEST))).chunks).toEqual([
      { done: false, text: 'Hel' },
      { done: false, text: 'lo' },
      {
        done: true,
        text: '',
        reason: 'stop',
        stats: { promptTokens: 5, promptMs: 10, tokens: 2, generationMs: 40, loadMs: 3 },
      },
    ]);
  });

  it('sends what was asked, in the words of the wire', async () => {
    const seen: unknown[] = [];
    const url = await servers.http((request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => seen.push([request.url, JSON.parse(body)]));
      request.on('end', () => response.end('{"done":true}'));
    });
    await readAnswer(sut.chat(url, { ...REQUEST, options: { num_ctx: 5 }, keepAlive: -1 }));
    await readAnswer(sut.generate(url, { model: 'm', prompt: 'p', raw: true }));
    await sut.load(url, 'm', { num_ctx: 5 });
    expect(seen).toEqual([
      ['/api/chat', { ...REQUEST, options: { num_ctx: 5 }, keep_alive: -1, stream: true }],
      ['/api/generate', { model: 'm', prompt: 'p', raw: true, stream: true }],
      ['/api/generate', { model: 'm', options: { num_ctx: 5 }, keep_alive: -1, stream: false }],
    ]);
  });

  it('takes a line with nothing but thinking as a sign of life', async () => {
    const url = await servers.streaming(
      '{"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}\n',
      FINAL,
    );
    expect((await readAnswer(sut.chat(url, REQUEST))).texts).toEqual(['', '']);
  });

  it('ends with the final line, whatever follows it', async () => {
    const url = await servers.http((_request, response) => void response.write(FINAL + piece('too late')));
    expect((await readAnswer(sut.chat(url, REQUEST))).texts).toEqual(['']);
  });

  it('reads characters and CRLF lines that arrive in pieces', async () => {
    const bytes = Buffer.from(piece('żółw 🐢').replace('\n', '\r\n') + FINAL);
    const url = await servers.http((_request, response) => {
      let at = 0;
      const next = (): void => {
        if (at >= bytes.length) return void response.end();
        response.write(bytes.subarray(at, ++at));
        setImmediate(next);
      };
      next();
    });
    expect((await readAnswer(sut.chat(url, REQUEST))).texts).toEqual(['żółw 🐢', '']);
  });

  it('lists models, and none where there are none', async () => {
    const model = { name: 'm:1', digest: 'd', size: 7, details: { family: 'f', parameter_size: '1B' } };
    const url = await servers.http((request, response) => {
      const loaded = {
        ...model,
        size_vram: 3,
        context_length: 2048,
        expires_at: '2026-11-23T01:38:54.949258217Z',
      };
      response.end(JSON.stringify({ models: request.url === '/api/tags' ? [model] : [loaded] }));
    });
    expect(await sut.tags(url)).toEqual([
      { name: 'm:1', digest: 'd', sizeBytes: 7, family: 'f', parameterSize: '1B', quantization: '' },
    ]);
    expect(await sut.ps(url)).toEqual([
      {
        name: 'm:1',
        digest: 'd',
        sizeBytes: 7,
        vramBytes: 3,
        contextLength: 2048,
        expiresAt: Date.parse('2026-11-23T01:38:54.949Z'),
      },
    ]);
    expect(await sut.tags(await servers.streaming('{"models":null}'))).toEqual([]);
  });

  it('tells models that are computed elsewhere, and what each can do', async () => {
    const models = [
      { name: 'far', remote_model: 'far:480b', remote_host: 'https://ollama.com:443', capabilities: [] },
      { name: 'near', capabilities: ['completion', 7] },
    ];
    const [far, near] = await sut.tags(await servers.streaming(JSON.stringify({ models })));
    expect(far?.remote).toBe(true);
    expect(far).not.toHaveProperty('capabilities');
    expect(near?.capabilities).toEqual(['completion']);
    expect(near).not.toHaveProperty('remote');
  });

  it('renders where that is supported', async () => {
    const url = await servers.streaming('{"model":"m","_debug_info":{"rendered_template":"<|user|>Hi"}}');
    expect(await sut.render(url, REQUEST)).toBe('<|user|>Hi');
    expect(await sut.render(await servers.streaming(FINAL), REQUEST)).toBeUndefined();
  });

  it('pulls with progress, and success alone is success', async () => {
    const lines = ['{"status":"pulling","total":10,"completed":4}\n', '{"status":"success"}\n'];
    const seen: unknown[] = [];
    for await (const progress of sut.pull(await servers.streaming(...lines), 'm')) seen.push(progress);
    expect(seen).toEqual([{ status: 'pulling', totalBytes: 10, completedBytes: 4 }, { status: 'success' }]);

    const pull = async (...some: string[]): Promise<void> => {
      for await (const progress of sut.pull(await servers.streaming(...some), 'm'))
        expect(progress.status).toBe('pulling');
    };
    expect((await failureOf(pull(lines[0] ?? ''))).kind).toBe('truncated');
    expect((await failureOf(pull('{"error":"no such model"}\n'))).kind).toBe('in-stream');
  });
});
