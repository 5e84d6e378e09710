import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  host: string;
  authorization?: string;
  range?: string;
  ifRange?: string;
}

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** The model hub's listing, redirect and file calls over files in memory, and every way in which they go wrong. */
export class FakeHub {
  readonly seen: SeenRequest[] = [];
  readonly files = new Map<string, Buffer>();
  ranges = true;
  etag = '"first"';
  /** Bytes after which the connection is cut, one for each coming answer. */
  cuts: number[] = [];
  /** Bytes after which an answer falls silent, one for each coming answer. */
  silences: number[] = [];
  /** Answers given in place of the file, one for each coming request. */
  refusals: { status: number; headers?: Record<string, string> }[] = [];
  /** What comes instead of the true content, one for each coming answer. */
  forgeries: Buffer[] = [];
  /** Base address that resolve calls redirect to, as the hub does to its file servers. */
  redirectTo?: string;
  listing = true;
  /** What the listing says in place of the truth. */
  rawListing?: string;
  /** The listing is blanks without end, so many at a time, this far apart. */
  endless?: { bytes: number; everyMs: number };
  /** Bytes each second; unset: at once. */
  speed?: number;
  /** Whether whoever asked has taken what was sent until here; a connection that is cut takes along what he has not. */
  taken: (upTo: number) => Promise<boolean> = async () => true;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeHub> {
    const server = createServer();
    const hub = new FakeHub(server);
    server.on('request', (request, response) => void hub.answer(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return hub;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const { authorization, range, 'if-range': ifRange } = request.headers;
    this.seen.push({
      method: request.method ?? '',
      path: url.pathname,
      host: request.headers.host ?? '',
      ...(authorization !== undefined && { authorization }),
      ...(range !== undefined && { range }),
      ...(typeof ifRange === 'string' && { ifRange }),
    });
    const refusal = this.refusals.shift();
    if (refusal) {
      response.writeHead(refusal.status, refusal.headers).end();
      return;
    }
    if (/^\/api\/models\/[^/]+\/[^/]+\/tree\//.test(url.pathname)) return this.list(response);
    const path = decodeURIComponent(
      /^\/(?:[^/]+\/[^/]+\/resolve\/[^/]+|files)\/(.+)$/.exec(url.pathname)?.[1] ?? '',
    );
    const content = this.files.get(path);
    if (!content) {
      response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
      return;
    }
    if (this.redirectTo !== undefined && !url.pathname.startsWith('/files/')) {
      response
        .writeHead(302, {
          location: `${this.redirectTo}/files/${path}`,
          'x-linked-etag': `"${sha256(content)}"`,
          'x-linked-size': String(content.length),
        })
        .end();
      return;
    }
    await this.send(request, response, this.forgeries.shift() ?? content);
  }

  private async list(response: ServerResponse): Promise<void> {
    if (!this.listing) {
      response.writeHead(404).end();
      return;
    }
    if (this.endless) {
      response.writeHead(200).write('[');
      while (!response.destroyed) {
        if (!response.write(Buffer.alloc(this.endless.bytes, ' '))) await drained(response);
        await pause(this.endless.everyMs);
      }
      return;
    }
    const entries = [...this.files].map(([path, content]) => ({
      type: 'file',
      path,
      size: content.length,
      oid: 'a'.repeat(40),
      lfs: { oid: sha256(content), size: content.length, pointerSize: 134 },
    }));
    response.setHeader('content-type', 'application/json');
    response.end(
      this.rawListing ?? JSON.stringify([{ type: 'directory', path: 'sub', oid: 'b', size: 0 }, ...entries]),
    );
  }

  private async send(request: IncomingMessage, response: ServerResponse, content: Buffer): Promise<void> {
    const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const still = request.headers['if-range'] === undefined || request.headers['if-range'] === this.etag;
    const from = this.ranges && still ? asked : 0;
    const body = content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': body.length,
      etag: this.etag,
      ...(request.method === 'HEAD' && {
        'x-linked-etag': `"${sha256(content)}"`,
        'x-linked-size': content.length,
      }),
      ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const cut = this.cuts.shift();
    const silence = this.silences.shift();
    const sent = body.subarray(0, cut ?? silence ?? body.length);
    await this.write(response, sent);
    if (cut !== undefined)
      for (let tries = 0; tries < 500 && !(await this.taken(from + cut)); tries++) await pause(10);
    // With all that was written before it, however busy the machine is.
    if (cut !== undefined) response.socket?.destroySoon();
    else if (silence === undefined) response.end();
  }

  private async write(response: ServerResponse, body: Buffer): Promise<void> {
    const step = this.speed === undefined ? 256 * 1024 : Math.ceil(this.speed / 20);
    for (let at = 0; at < body.length && !response.destroyed; at += step) {
      const free = response.write(body.subarray(at, at + step));
      if (this.speed !== undefined) await pause(50);
      else if (!free) await drained(response);
    }
    // What was written must be on its way before the connection is cut.
    if (!response.destroyed) await pause(30);
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

function drained(response: ServerResponse): Promise<void> {
  return new Promise((done) => {
    const go = (): void => {
      response.off('drain', go).off('close', go);
      done();
    };
    response.on('drain', go).on('close', go);
  });
}
