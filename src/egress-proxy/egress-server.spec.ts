import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { EgressDenied, type EgressGate } from './egress-gate';
import { EgressServer } from './egress-server';
import { readProxySettings } from './proxy-settings';

const { limits } = readProxySettings({});

describe('the egress proxy', () => {
  const denied: EgressDenied[] = [];
  const gate = {
    permit: (host: string) =>
      host === 'allowed.test'
        ? Promise.resolve([{ address: '127.0.0.1', family: 4 }])
        : Promise.reject(
            host === 'gone.test' ? new Error('ENOTFOUND') : new EgressDenied(host, 'not-listed'),
          ),
  } as unknown as EgressGate;
  let target: Server;
  let to: number;
  let sut: EgressServer | undefined;
  beforeAll(async () => {
    target = createServer((asked, answer) => answer.end(asked.url === '/large' ? 'x'.repeat(3e6) : 'here'));
    await once(target.listen(0, '127.0.0.1'), 'listening');
    to = (target.address() as AddressInfo).port;
  });
  afterAll(() => target.close());
  afterEach(async () => {
    await sut?.close();
    sut = undefined;
    denied.splice(0);
  });
  const start = async (more: Partial<typeof limits> = {}, clients: string[] = []): Promise<number> => {
    sut = new EgressServer(gate, { ...limits, ...more }, (one) => denied.push(one), { port: 0, clients });
    await sut.listen();
    return sut.port;
  };
  const get = (port: number, path: string): Promise<[number, number]> =>
    new Promise((resolve, reject) => {
      request({ port, path, agent: false }, (answer) => {
        let bytes = 0;
        answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
        answer.on('end', () => resolve([answer.statusCode ?? 0, bytes])).on('error', reject);
      })
        .on('error', reject)
        .end();
    });
  const tunnel = async (port: number, path: string): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.write(`CONNECT ${path} HTTP/1.1\r\nHost: ${path}\r\n\r\n`);
    await once(socket, 'data');
    return socket;
  };

  it('passes on what is allowed, at the address that was checked', async () => {
    const port = await start();
    expect(await get(port, `http://allowed.test:${to}/x`)).toEqual([200, 4]);
    expect(await get(port, `http://other.test:${to}/x`)).toEqual([403, expect.any(Number)]);
    expect(await get(port, `http://gone.test:${to}/x`)).toEqual([502, expect.any(Number)]);
    expect(await get(port, '/x')).toEqual([400, expect.any(Number)]);
    expect(denied.map(({ target: one }) => one)).toEqual(['other.test']);
  });

  it('ends a connection that has had its share, and lets no more out after all of it', async () => {
    const port = await start({ connectionBytes: 1e6, totalBytes: 4e6 });
    const socket = await tunnel(port, `allowed.test:${to}`);
    socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    while (bytes < 2e6) await once(socket, 'data');
    sut?.look();
    await once(socket, 'close');
    expect(denied).toMatchObject([{ target: `allowed.test:${to}`, reason: 'limit' }]);
    expect((await get(port, `http://allowed.test:${to}/large`))[0]).toBe(200);
    expect((await get(port, `http://allowed.test:${to}/`))[0]).toBe(403);
  });

  it('ends a connection on which nothing moves', async () => {
    const socket = await tunnel(await start({ idleMs: 50 }), `allowed.test:${to}`);
    await once(socket, 'close');
  });

  it('has no place for more than so many at once', async () => {
    const port = await start({ connections: 1 });
    const first = await tunnel(port, `allowed.test:${to}`);
    await expect(get(port, `http://allowed.test:${to}/`)).rejects.toThrow();
    expect(denied).toMatchObject([{ reason: 'limit' }]);
    first.destroy();
  });

  it('serves the network of its component alone', async () => {
    await expect(get(await start({}, ['10.9.0.0/16']), `http://allowed.test:${to}/`)).rejects.toThrow();
  });

  it('says which setting is wrong', () => {
    expect(() => readProxySettings({ RDZEN_EGRESS_PORT: 'x' })).toThrow('RDZEN_EGRESS_PORT is "x"');
  });
});
