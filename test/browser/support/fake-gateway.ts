import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type GatewayStatus = Record<string, unknown> & { cores: Record<string, unknown>[] };

/** Speaks the two calls of the gateway's API that the chat page needs; what it says is up to the test. */
export class FakeGateway {
  status: GatewayStatus = calmStatus();
  /** Core ids, in the order in which they were killed, each with the key that was shown. */
  readonly kills: { core: number; key: string | undefined }[] = [];
  statusCalls = 0;
  /** Done when a core is killed. */
  onKill: (core: number) => void = () => undefined;
  refusal?: { status: number; body: object };

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<FakeGateway> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const gateway = new FakeGateway(server, `http://127.0.0.1:${port}`);
    server.on('request', (request, response) => gateway.answer(request, response));
    return gateway;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const killed = /^\/api\/v1\/cores\/(\d+)\/kill$/.exec(request.url ?? '');
    if (request.method === 'GET' && request.url === '/status') {
      this.statusCalls++;
      json(response, 200, this.status);
    } else if (request.method === 'POST' && killed) {
      if (this.refusal) {
        json(response, this.refusal.status, this.refusal.body);
        return;
      }
      const core = Number(killed[1]);
      this.kills.push({ core, key: request.headers.authorization });
      this.onKill(core);
      json(response, 200, { success: true });
    } else json(response, 404, { title: 'Not found' });
  }
}

export function calmStatus(): GatewayStatus {
  return {
    status: 'online',
    active_core: 1,
    rocketchat_connected: true,
    mode: 'NORMAL',
    epoch: 4,
    cores: [
      core(1, { role: 'active', tokens_per_second: 38.44, in_flight: 1, pid: 4711 }),
      core(2, { role: 'standby', pid: 4712 }),
    ],
  };
}

/** As a failover leaves it. */
export function switchedStatus(): GatewayStatus {
  return {
    ...calmStatus(),
    active_core: 2,
    mode: 'SINGLE',
    epoch: 5,
    cores: [
      core(1, { role: 'standby', state: 'starting', reason: 'its process was started again' }),
      core(2, { role: 'active', pid: 4712, in_flight: 1 }),
    ],
  };
}

function core(id: number, more: object): Record<string, unknown> {
  const model = 'smollm2:135m';
  return { id, kind: 'engine', state: 'ready', reason: 'it generates', model, in_flight: 0, ...more };
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
