import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { FakeChatState, type FakeUser } from './fake-chat-state';
import { FakeDdpSocket } from './fake-ddp-socket';
import { due, noFaults } from './fake-faults';
import { fakeRestRoutes, Refusal, type FakeRequest } from './fake-rest-routes';

/** A Rocket.Chat as small as the client's specs need it, on a port of its own, with switches for what goes wrong. */
export class FakeRocketChat {
  readonly state = new FakeChatState();
  readonly faults = noFaults();
  /** Every REST request in order, refused ones too. */
  readonly requests: FakeRequest[] = [];
  /** Every socket ever accepted. */
  readonly sockets: FakeDdpSocket[] = [];
  private readonly routes = fakeRestRoutes(this.state, this.faults);
  private readonly http: Server;
  private readonly ws: WebSocketServer;

  private constructor(private readonly subpath: string) {
    this.http = createServer((request, response) => void this.answer(request, response));
    this.ws = new WebSocketServer({ server: this.http, path: `${subpath}/websocket` });
    this.ws.on('connection', (socket, request) =>
      this.sockets.push(new FakeDdpSocket(socket, request.socket, this.state, this.faults)),
    );
    this.state.onMessage = (message) => this.sockets.forEach((socket) => socket.message(message));
  }

  static async start(subpath = ''): Promise<FakeRocketChat> {
    const fake = new FakeRocketChat(subpath);
    await new Promise<void>((resolve) => fake.http.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}${this.subpath}`;
  }

  /** Requests to one route, e.g. `POST login`. */
  asked(name: string): FakeRequest[] {
    return this.requests.filter((request) => `${request.method} ${request.route}` === name);
  }

  async close(): Promise<void> {
    this.sockets.forEach((socket) => socket.drop());
    this.ws.close();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming, this.subpath);
    this.requests.push(request);
    if (due(this.faults, 'reset')) return void incoming.socket.destroy();
    if (due(this.faults, 'proxyPage')) {
      return void response
        .writeHead(502, { 'content-type': 'text/html' })
        .end('<html>502 Bad Gateway</html>');
    }
    try {
      const body = this.reply(request, response);
      if (request.route.startsWith('chat.sendMessage')) {
        if (due(this.faults, 'loseReplyAfterStore')) return void incoming.socket.destroy();
        if (due(this.faults, 'hangAfterStore')) return;
      }
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ ...body, success: true }));
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      response
        .writeHead(refusal.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(refusal.body));
    }
  }

  private reply(request: FakeRequest, response: ServerResponse): Record<string, unknown> {
    if (request.route === '/api/info') return { version: '8.8.1' };
    if (due(this.faults, 'rateLimited')) throw this.tooMany(response);
    if (request.route === 'login') return this.login(request.body);
    const user = this.userOf(request);
    if (!user) throw new Refusal(401, { success: false, error: 'You must be logged in to do this.' });
    const handler = this.routes[`${request.method} ${request.route}`];
    if (!handler) throw new Refusal(404, { success: false, error: `no route ${request.route}` });
    return handler(request, user);
  }

  private login({ username, password }: Record<string, unknown>): Record<string, unknown> {
    const user = this.state.userNamed(username);
    if (this.faults.secondFactor) {
      throw new Refusal(401, {
        status: 'error',
        error: 'totp-required',
        message: 'TOTP Required [totp-required]',
        details: { method: 'email' },
      });
    }
    if (!user?.password || user.password !== password)
      throw new Refusal(401, { success: false, error: 'unauthorized' });
    const { _id, name, roles } = user;
    const data = { userId: _id, authToken: this.state.newToken(_id), me: { _id, username, name, roles } };
    return { status: 'success', data };
  }

  private userOf({ headers }: FakeRequest): FakeUser | undefined {
    const userId = this.state.tokens.get(String(headers['x-auth-token']));
    return userId === headers['x-user-id'] ? this.state.users.get(String(userId)) : undefined;
  }

  private tooMany(response: ServerResponse): Refusal {
    const wait = this.faults.rateLimitResetMs;
    if (wait !== undefined) response.setHeader('X-RateLimit-Reset', String(Date.now() + wait));
    const told =
      wait === undefined
        ? ''
        : ` You must wait ${Math.ceil(wait / 1000)} seconds before trying this endpoint again.`;
    return new Refusal(429, {
      success: false,
      error: `Error, too many requests. Please slow down.${told} [error-too-many-requests]`,
    });
  }
}

async function read(incoming: IncomingMessage, subpath: string): Promise<FakeRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const text = Buffer.concat(chunks).toString();
  return {
    method: incoming.method ?? '',
    route: url.pathname.slice(subpath.length).replace(/^\/api\/v1\//, ''),
    query: url.searchParams,
    body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
    headers: incoming.headers,
  };
}
