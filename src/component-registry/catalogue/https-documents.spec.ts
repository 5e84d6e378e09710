import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpsDocuments } from './https-documents';
import { type WebDocument, WebDocumentFailure } from './web-documents';

describe(HttpsDocuments.name, () => {
  let server: Server;
  let answer: RequestListener;
  let url: URL;
  let sut: HttpsDocuments;

  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/catalogue.json`);
    sut = new HttpsDocuments({});
  });
  afterEach(async () => {
    await sut.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const get = (more: { etag?: string; most?: number; signal?: AbortSignal } = {}): Promise<WebDocument> =>
    sut.get({ url, most: 1024, signal: new AbortController().signal, ...more });

  it('gets a document, and next time only whether it changed', async () => {
    const asked: (string | undefined)[] = [];
    answer = (request, response) => {
      asked.push(request.headers['if-none-match']);
      if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304).end();
      response.writeHead(200, { etag: '"1"' }).end('{"entries": []}');
    };
    expect(await get()).toEqual({ changed: true, text: '{"entries": []}', etag: '"1"' });
    expect(await get({ etag: '"1"' })).toEqual({ changed: false });
    expect(asked).toEqual([undefined, '"1"']);
  });

  it.each<[string, RequestListener, RegExp, boolean]>([
    ['is gone', (_, response) => void response.writeHead(404).end(), /answers 404/, true],
    ['has trouble', (_, response) => void response.writeHead(503).end(), /answers 503/, false],
    ['asks for patience', (_, response) => void response.writeHead(429).end(), /answers 429/, false],
    ['is too large', (_, response) => void response.end('x'.repeat(2_000)), /more than 1 KiB/, true],
    ['breaks off', (request) => void request.socket.destroy(), /broke off/, false],
    [
      'leads to an address without TLS',
      (_, response) => void response.writeHead(302, { location: 'ftp://a.example/' }).end(),
      /redirects/,
      false,
    ],
  ])('says of one that %s', async (_, given, words, lasting) => {
    answer = given;
    const error: unknown = await get().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(WebDocumentFailure);
    expect(error).toMatchObject({ message: expect.stringMatching(words) as string, lasting });
  });

  it('gives up with its caller', async () => {
    const going = new AbortController();
    answer = () => going.abort(new Error('enough'));
    await expect(get({ signal: going.signal })).rejects.toThrow('enough');
  });
});
