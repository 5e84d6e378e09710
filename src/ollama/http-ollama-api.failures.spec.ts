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

describe(`${HttpOllamaApi.name} when things go wrong`, () => {
  const sut = new HttpOllamaApi(new SystemClock());
  const servers = new MisbehavingServers();

  afterEach(() => servers.close());

  describe('a core that fails', () => {
    it('refuses the connection', async () => {
      const url = await servers.http(() => undefined);
      await servers.close();
      expect((await failureOf(sut.version(url))).kind).toBe('refused');
      expect((await readAnswer(sut.chat(url, REQUEST))).error?.kind).toBe('refused');
      expect((await failureOf(sut.version('http://no-such-host.invalid'))).kind).toBe('refused');
    });

    it('resets before it answers', async () => {
      const url = await servers.socket((socket) => socket.once('data', () => socket.resetAndDestroy()));
      expect((await readAnswer(sut.chat(url, REQUEST))).error?.kind).toBe('reset');
      expect((await failureOf(sut.tags(url))).kind).toBe('reset');
    });

    it('resets in mid-answer, after the tokens that it sent', async () => {
      const url = await servers.http((_request, response) => {
        response.write(piece('Hel') + piece('lo'));
        setTimeout(() => response.socket?.resetAndDestroy(), 30);
      });
      const { texts, error } = await readAnswer(sut.chat(url, REQUEST));
      expect(texts).toEqual(['Hel', 'lo']);
      expect(error?.kind).toBe('reset');
    });

    it('delivers what came before a reset even to a slow reader', async () => {
      const url = await servers.http((_request, response) => {
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
      const { texts, error } = await readAnswer(sut.chat(await servers.streaming(...lines), REQUEST));
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
      const url = await servers.http((_request, response) => {
        response.writeHead(status, { Location: 'http://127.0.0.1:1/' }).end(body);
      });
      expect((await readAnswer(sut.chat(url, REQUEST))).error).toMatchObject({ kind, status });
      expect(await failureOf(sut.show(url, 'm'))).toMatchObject({ kind, status });
    });

    it('answers with something that is no JSON, or no HTTP', async () => {
      expect((await failureOf(sut.version(await servers.streaming('<html>')))).kind).toBe('malformed');
      expect((await failureOf(sut.version(await servers.streaming('[]')))).kind).toBe('malformed');
      expect((await failureOf(sut.tags(await servers.streaming('{}')))).kind).toBe('malformed');
      const url = await servers.socket((socket) =>
        socket.once('data', () => socket.end('220 mail server ready\r\n')),
      );
      expect((await failureOf(sut.version(url))).kind).toBe('malformed');
    });

    it('answers without end', async () => {
      const url = await servers.http((_request, response) => {
        const flood = (): void => {
          if (!response.destroyed) response.write(Buffer.alloc(1024 * 1024, 'x'), flood);
        };
        flood();
      });
      expect((await failureOf(sut.version(url))).kind).toBe('malformed');
      expect((await readAnswer(sut.chat(url, REQUEST))).error?.kind).toBe('malformed');
    });
  });

  describe('time', () => {
    it('bounds a plain call whole', async () => {
      const url = await servers.http((_request, response) => void response.write('{'));
      expect((await failureOf(sut.version(url, { timeoutMs: 50 }))).kind).toBe('timeout');
    });

    it('does not bound the silence of a stream that is connected', async () => {
      const url = await servers.http(
        (_request, response) => void setTimeout(() => response.end(piece('late') + FINAL), 120),
      );
      expect((await readAnswer(sut.chat(url, REQUEST, { timeoutMs: 40 }))).texts).toEqual(['late', '']);
    });
  });

  describe('leaving', () => {
    /** A core that streams for ever, and the moment at which it notices that its client has gone. */
    async function endlessCore(firstLine = true): Promise<{ url: string; gone: Promise<number> }> {
      let url = '';
      const gone = new Promise<number>((resolve, reject) => {
        servers
          .http((_request, response) => {
            const timer = firstLine ? setInterval(() => response.write(piece('x')), 5) : undefined;
            response.on('close', () => {
              clearInterval(timer);
              resolve(Date.now());
            });
          })
          .then((address) => (url = address), reject);
      });
      while (!url) await new Promise((resolve) => setTimeout(resolve, 1));
      return { url, gone };
    }

    it('closes the connection at once when aborted in mid-answer', async () => {
      const { url, gone } = await endlessCore();
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 40);
      const { error, texts } = await readAnswer(sut.chat(url, REQUEST, { signal: abort.signal }));
      const abortedAt = Date.now();
      expect(error?.kind).toBe('aborted');
      expect(texts.length).toBeGreaterThan(0);
      expect((await gone) - abortedAt).toBeLessThan(200);
    });

    it('closes the connection when aborted before the first line', async () => {
      const { url, gone } = await endlessCore(false);
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 40);
      expect((await readAnswer(sut.chat(url, REQUEST, { signal: abort.signal }))).error?.kind).toBe(
        'aborted',
      );
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
      const url = await servers.http(() => void asked++);
      const signal = AbortSignal.abort();
      expect((await readAnswer(sut.chat(url, REQUEST, { signal }))).error?.kind).toBe('aborted');
      expect((await failureOf(sut.version(url, { signal }))).kind).toBe('aborted');
      expect(asked).toBe(0);
    });
  });
});
