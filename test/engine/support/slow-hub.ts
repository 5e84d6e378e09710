import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A model hub with one file, given out no faster than it is told. */
export class SlowHub {
  /** Ranges that were asked for, as byte offsets. */
  readonly begun: number[] = [];
  private readonly server: Server;

  private constructor(
    private readonly file: string,
    private bytesPerSecond: number,
  ) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  static async open(file: string, bytesPerSecond: number): Promise<SlowHub> {
    const hub = new SlowHub(file, bytesPerSecond);
    await new Promise<void>((done) => hub.server.listen(0, '127.0.0.1', done));
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  hurry(): void {
    this.bytesPerSecond = Infinity;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { size } = statSync(this.file);
    if (!request.url?.endsWith('.gguf')) return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, {
      etag: '"model"',
      'accept-ranges': 'bytes',
      'content-length': size - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${size - 1}/${size}` }),
    });
    if (request.method === 'HEAD') return void response.end();
    this.begun.push(from);
    const pace = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        const ms = (chunk.length / this.bytesPerSecond) * 1000;
        if (ms < 1) return done(undefined, chunk);
        sleep(ms).then(
          () => done(undefined, chunk),
          (error: Error) => done(error),
        );
      },
    });
    await pipeline(createReadStream(this.file, { start: from, highWaterMark: 256 * 1024 }), pace, response);
  }
}
