import { createServer as httpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { SystemClock } from '../shared/system-clock';
import { SocketHealthProbe } from './socket-health-probe';

const sut = new SocketHealthProbe(new SystemClock());
const servers: (Server | HttpServer)[] = [];

async function listen(server: Server | HttpServer): Promise<{ host: string; port: number }> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

describe(SocketHealthProbe.name, () => {
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  it.each([
    [200, undefined],
    [302, undefined],
    [503, 'it answers with status 503'],
  ])('takes the status %d for an answer', async (status, problem) => {
    const asked: string[] = [];
    const at = await listen(
      httpServer(({ url = '' }, response) => {
        asked.push(url);
        response.writeHead(status).end('x');
      }),
    );
    expect(await sut.ask(at, { type: 'http', path: '/health?deep=1' }, 5_000)).toBe(problem);
    expect(asked).toEqual(['/health?deep=1']);
  });

  it('waits no longer than it may', async () => {
    const at = await listen(httpServer(() => undefined));
    expect(await sut.ask(at, { type: 'http', path: '/' }, 100)).toBe('it did not answer within 0.1 s');
  });

  it('over tcp, wants a connection that is kept', async () => {
    const keeps = await listen(createServer((socket) => void socket.on('error', () => undefined)));
    expect(await sut.ask(keeps, { type: 'tcp' }, 5_000)).toBeUndefined();
    const closes = await listen(createServer((socket) => void socket.destroy()));
    expect(await sut.ask(closes, { type: 'tcp' }, 5_000)).toMatch(
      /it closes connections at once|no connection/,
    );
  });

  it('says where nobody listens', async () => {
    const at = await listen(createServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await sut.ask(at, { type: 'tcp' }, 5_000)).toBe('no connection (ECONNREFUSED)');
    expect(await sut.ask(at, { type: 'http', path: '/' }, 5_000)).toBe('no answer (ECONNREFUSED)');
  });
});
