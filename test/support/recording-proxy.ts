import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as it went over the wire. */
export interface Exchange {
  method: string;
  /** Below `/api/v1/`. */
  route: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  body?: unknown;
  status: number;
  reply: unknown;
}

/** Passes HTTP on to a chat server and keeps what was said. */
export class RecordingProxy {
  readonly exchanges: Exchange[] = [];
  private readonly server: Server;

  constructor(readonly target: string) {
    this.server = createServer((incoming, outgoing) => {
      void textOf(incoming).then((body) => {
        const { method = 'GET', url = '/', headers } = incoming;
        const onward = request(`${this.target}${url}`, {
          method,
          headers: { ...headers, host: '127.0.0.1' },
        });
        onward.on('error', () => outgoing.destroy());
        onward.on('response', (answer) => {
          void textOf(answer).then((reply) => {
            this.note(incoming, body, answer.statusCode ?? 0, reply);
            outgoing.writeHead(answer.statusCode ?? 0, { 'content-type': 'application/json' }).end(reply);
          });
        });
        onward.end(body);
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  routes(): string[] {
    return this.exchanges.map(({ method, route }) => `${method} ${route}`);
  }

  private note(incoming: IncomingMessage, body: string, status: number, reply: string): void {
    const url = new URL(incoming.url ?? '/', this.target);
    this.exchanges.push({
      method: incoming.method ?? 'GET',
      route: url.pathname.replace('/api/v1/', ''),
      headers: incoming.headers as Record<string, string>,
      query: Object.fromEntries(url.searchParams),
      ...(body !== '' && { body: JSON.parse(body) as unknown }),
      status,
      reply: JSON.parse(reply) as unknown,
    });
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
