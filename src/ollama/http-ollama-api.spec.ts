import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { SystemClock } from '../shared/system-clock';
import { HttpOllamaApi } from './http-ollama-api';
import type { StreamChunk } from './ollama-api';
import { OllamaError } from './ollama-error';

const REQUEST = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const piece = (content: string): string =>
  `${JSON.stringify({ message: { role: 'assistant', content }, done: false })}\n`;
const FINAL = `${JSON.stringify({
  message: { role: 'assistant', content: '' },
  done: true,
  done_reason: 'stop',
  load_duration: 3_000_000,
  prompt_eval_count: 5,
  prompt_eval_duration: 10_000_000,
  eval_count: 2,
  eval_duration: 40_000_000,
})}\n`;

describe(HttpOllamaApi.name, () => {
  const sut = new HttpOllamaApi(new SystemClock());
  const closers: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  /** A server that behaves as `listener` says. */
  async function core(listener: http.RequestListener): Promise<string> {
    const server = http.createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function socketCore(listener: (socket: net.Socket) => void): Promise<string> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      listener(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const streaming = (...lines: string[]): Promise<string> =>
    core((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      for (const line of lines) response.write(line);
      response.end();
    });

  /** The texts that came, and the error that ended them. */
  async function read(
    stream: AsyncIterable<StreamChunk>,
  ): Promise<{ texts: string[]; chunks: StreamChunk[]; error?: OllamaError }> {
    const chunks: StreamChunk[] = [];
    const result = { chunks, texts: [] as string[] };
    try {
      for await (const chunk of stream) {
        chunks.push(chunk);
        result.texts.push(chunk.text);
      }
    } catch (error) {
      expect(error).toBeInstanceOf(OllamaError);
      return { ...result, error: error as OllamaError };
    }
    return result;
  }

  async function failureOf(promise: Promise<unknown>): Promise<OllamaError> {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(OllamaError);
    return error as OllamaError;
  }

  it('delivers an answer line by line and its numbers in milliseconds', async () => {
    const url = await streaming(piece('Hel'), piece('lo'), FINAL);
    expect((await read(sut.chat(url, REQUEST))).chunks).toEqual([
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
    const url = await core((request, response) => {
      request.setEncoding('utf8').on('data', (body: string) => seen.push([request.url, JSON.parse(body)]));
      request.on('end', () => response.end('{"done":true}'));
    });
    await read(sut.chat(url, { ...REQUEST, options: { num_ctx: 5 }, keepAlive: -1 }));
    await read(sut.generate(url, { model: 'm', prompt: 'p', raw: true }));
    await sut.load(url, 'm', { num_ctx: 5 });
    expect(seen).toEqual([
      ['/api/chat', { ...REQUEST, options: { num_ctx: 5 }, keep_alive: -1, stream: true }],
      ['/api/generate', { model: 'm', prompt: 'p', raw: true, stream: true }],
      ['/api/generate', { model: 'm', options: { num_ctx: 5 }, keep_alive: -1, stream: false }],
    ]);
  });

  it('takes a line with nothing but thinking as a sign of life', async () => {
    const url = await streaming(
      '{"message":{"role":"assistant","content":"","thinking":"hm"},"done":false}\n',
      FINAL,
    );
    expect((await read(sut.chat(url, REQUEST))).texts).toEqual(['', '']);
  });

  it('ends with the final line, whatever follows it', async () => {
    const url = await core((_request, response) => void response.write(FINAL + piece('too late')));
    expect((await read(sut.chat(url, REQUEST))).texts).toEqual(['']);
  });

  it('reads characters and CRLF lines that arrive in pieces', async () => {
    const bytes = Buffer.from(piece('żółw 🐢').replace('\n', '\r\n') + FINAL);
    const url = await core((_request, response) => {
      let at = 0;
      const next = (): void => {
        if (at >= bytes.length) return void response.end();
        response.write(bytes.subarray(at, ++at));
        setImmediate(next);
      };
      next();
    });
    expect((await read(sut.chat(url, REQUEST))).texts).toEqual(['żółw 🐢', '']);
  });

  describe('a core that fails', () => {
    it('refuses the connection', async () => {
      const url = await core(() => undefined);
      await closers.pop()?.();
      expect((await failureOf(sut.version(url))).kind).toBe('refused');
      expect((await read(sut.chat(url, REQUEST))).error?.kind).toBe('refused');
      expect((await failureOf(sut.version('http://no-such-host.invalid'))).kind).toBe('refused');
    });

    it('resets before it answers', async () => {
      const url = await socketCore((socket) => socket.once('data', () => socket.resetAndDestroy()));
      expect((await read(sut.chat(url, REQUEST))).error?.kind).toBe('reset');
      expect((await failureOf(sut.tags(url))).kind).toBe('reset');
    });

    it('resets in mid-answer, after the tokens that it sent', async () => {
      const url = await core((_request, response) => {
        response.write(piece('Hel') + piece('lo'));
        setTimeout(() => response.socket?.resetAndDestroy(), 30);
      });
      const { texts, error } = await read(sut.chat(url, REQUEST));
      expect(texts).toEqual(['Hel', 'lo']);
      expect(error?.kind).toBe('reset');
    });

    it('delivers what came before a reset even to a slow reader', async () => {
      const url = await core((_request, response) => {
        response.write(piece('Hel') + piece('lo'));
        setTimeout(() => response.socket?.resetAndDestroy(), 20);
      });
      const texts: string[] = [];
      const reading = (async () => {
        for await (const chunk of sut.chat(url, REQUEST)) {
          texts.push(chunk.text);
          await new Promise((resolve) => setTimeout(resolve, 60));
        }
      })();
      expect((await failureOf(reading)).kind).toBe('reset');
      expect(texts).toEqual(['Hel', 'lo']);
    });

    it.each([
      ['says so in a line', [piece('a'), '{"error":"unexpected EOF"}\n'], 'in-stream', 'unexpected EOF'],
      ['says so in an object', [piece('a'), '{"error":{"message":"broken"}}\n'], 'in-stream', 'broken'],
      ['ends without its final line', [piece('a')], 'truncated', 'final line'],
      ['ends within a line', [piece('a'), '{"message":{"con'], 'truncated', 'final line'],
      ['sends garbage', [piece('a'), '<html>\n'], 'malformed', '<html>'],
      ['sends another protocol', [piece('a'), '{"choices":[]}\n'], 'malformed', 'done'],
      ['sends no text', [piece('a'), '{"message":{"content":7},"done":false}\n'], 'malformed', 'text'],
    ])('%s', async (_name, lines, kind, detail) => {
      const { texts, error } = await read(sut.chat(await streaming(...lines), REQUEST));
      expect(texts).toEqual(['a']);
      expect(error?.kind).toBe(kind);
      expect(error?.message).toContain(detail);
    });

    it.each([
      [404, '{"error":"model \\"m\\" not found, try pulling it first"}', 'model-missing'],
      [503, '{"error":"server busy, please try again."}', 'busy'],
      [500, '{"error":"model runner has unexpectedly stopped"}', 'server-error'],
      [400, '{"error":"invalid options"}', 'bad-request'],
      [302, '', 'malformed'],
    ])('answers %d %s', async (status, body, kind) => {
      const url = await core((_request, response) => {
        response.writeHead(status, { Location: 'http://127.0.0.1:1/' }).end(body);
      });
      expect((await read(sut.chat(url, REQUEST))).error).toMatchObject({ kind, status });
      expect(await failureOf(sut.show(url, 'm'))).toMatchObject({ kind, status });
    });

    it('answers with something that is no JSON, or no HTTP', async () => {
      expect((await failureOf(sut.version(await streaming('<html>')))).kind).toBe('malformed');
      expect((await failureOf(sut.version(await streaming('[]')))).kind).toBe('malformed');
      expect((await failureOf(sut.tags(await streaming('{}')))).kind).toBe('malformed');
      const url = await socketCore((socket) =>
        socket.once('data', () => socket.end('220 mail server ready\r\n')),
      );
      expect((await failureOf(sut.version(url))).kind).toBe('malformed');
    });

    it('answers without end', async () => {
      const url = await core((_request, response) => {
        const flood = (): void => {
          if (!response.destroyed) response.write(Buffer.alloc(1024 * 1024, 'x'), flood);
        };
        flood();
      });
      expect((await failureOf(sut.version(url))).kind).toBe('malformed');
      expect((await read(sut.chat(url, REQUEST))).error?.kind).toBe('malformed');
    });
  });

  describe('time', () => {
    it('bounds a plain call whole', async () => {
      const url = await core((_request, response) => void response.write('{'));
      expect((await failureOf(sut.version(url, { timeoutMs: 50 }))).kind).toBe('timeout');
    });

    it('does not bound the silence of a stream that is connected', async () => {
      const url = await core(
        (_request, response) => void setTimeout(() => response.end(piece('late') + FINAL), 120),
      );
      expect((await read(sut.chat(url, REQUEST, { timeoutMs: 40 }))).texts).toEqual(['late', '']);
    });
  });

  describe('leaving', () => {
    /** A core that streams for ever, and the moment at which it notices that its client has gone. */
    async function endlessCore(firstLine = true): Promise<{ url: string; gone: Promise<number> }> {
      let url = '';
      const gone = new Promise<number>((resolve, reject) => {
        core((_request, response) => {
          const timer = firstLine ? setInterval(() => response.write(piece('x')), 5) : undefined;
          response.on('close', () => {
            clearInterval(timer);
            resolve(Date.now());
          });
        }).then((address) => (url = address), reject);
      });
      while (!url) await new Promise((resolve) => setTimeout(resolve, 1));
      return { url, gone };
    }

    it('closes the connection at once when aborted in mid-answer', async () => {
      const { url, gone } = await endlessCore();
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 40);
      const { error, texts } = await read(sut.chat(url, REQUEST, { signal: abort.signal }));
      const abortedAt = Date.now();
      expect(error?.kind).toBe('aborted');
      expect(texts.length).toBeGreaterThan(0);
      expect((await gone) - abortedAt).toBeLessThan(200);
    });

    it('closes the connection when aborted before the first line', async () => {
      const { url, gone } = await endlessCore(false);
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 40);
      expect((await read(sut.chat(url, REQUEST, { signal: abort.signal }))).error?.kind).toBe('aborted');
      await gone;
    });

    it('closes the connection although the reader is busy when it aborts', async () => {
      const { url, gone } = await endlessCore();
      const abort = new AbortController();
      let closedWhileReading = false;
      const reading = (async () => {
        for await (const _chunk of sut.chat(url, REQUEST, { signal: abort.signal })) {
          abort.abort();
          await gone;
          closedWhileReading = true;
        }
      })();
      expect((await failureOf(reading)).kind).toBe('aborted');
      expect(closedWhileReading).toBe(true);
    });

    it('closes the connection when the loop is left early', async () => {
      const { url, gone } = await endlessCore();
      for await (const chunk of sut.chat(url, REQUEST)) {
        expect(chunk.text).toBe('x');
        break;
      }
      await gone;
    });

    it('opens no connection when it is aborted from the start', async () => {
      let asked = 0;
      const url = await core(() => void asked++);
      const signal = AbortSignal.abort();
      expect((await read(sut.chat(url, REQUEST, { signal }))).error?.kind).toBe('aborted');
      expect((await failureOf(sut.version(url, { signal }))).kind).toBe('aborted');
      expect(asked).toBe(0);
    });
  });

  it('lists models, and none where there are none', async () => {
    const model = { name: 'm:1', digest: 'd', size: 7, details: { family: 'f', parameter_size: '1B' } };
    const url = await core((request, response) => {
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
    expect(await sut.tags(await streaming('{"models":null}'))).toEqual([]);
  });

  it('renders where that is supported', async () => {
    const url = await streaming('{"model":"m","_debug_info":{"rendered_template":"<|user|>Hi"}}');
    expect(await sut.render(url, REQUEST)).toBe('<|user|>Hi');
    expect(await sut.render(await streaming(FINAL), REQUEST)).toBeUndefined();
  });

  it('pulls with progress, and success alone is success', async () => {
    const lines = ['{"status":"pulling","total":10,"completed":4}\n', '{"status":"success"}\n'];
    const seen: unknown[] = [];
    for await (const progress of sut.pull(await streaming(...lines), 'm')) seen.push(progress);
    expect(seen).toEqual([{ status: 'pulling', totalBytes: 10, completedBytes: 4 }, { status: 'success' }]);

    const pull = async (...some: string[]): Promise<void> => {
      for await (const progress of sut.pull(await streaming(...some), 'm'))
        expect(progress.status).toBe('pulling');
    };
    expect((await failureOf(pull(lines[0] ?? ''))).kind).toBe('truncated');
    expect((await failureOf(pull('{"error":"no such model"}\n'))).kind).toBe('in-stream');
  });
});
