import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '../../test/support/virtual-clock';
import { SystemRandom } from '../shared/system-random';
import { RestTransport } from './rest-transport';

describe(RestTransport.name, () => {
  const servers: Server[] = [];
  const clock = new VirtualClock();
  let sut: RestTransport;

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function talkTo(listener: RequestListener): Promise<void> {
    sut = new RestTransport(await serve(listener), clock, new SystemRandom());
  }

  afterEach(async () => {
    sut.close();
    expect(clock.timers).toBe(0);
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const get = (): Promise<unknown> =>
    sut.call({ method: 'GET', route: 'me', headers: { 'X-Auth-Token': 'secret-token' } });

  it('takes its token to no other place than the configured one', async () => {
    let strangers = 0;
    const elsewhere = await serve((_request, response) => {
      strangers += 1;
      response.end('{"success":true}');
    });
    await talkTo(
      (_request, response) => void response.writeHead(307, { location: `${elsewhere}/api/v1/me` }).end(),
    );
    await expect(get()).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('ROCKETCHAT_URL'),
    });
    expect(strangers).toBe(0);
  });

  it('reads at most 10 MB', async () => {
    await talkTo((_request, response) => {
      response.on('error', () => undefined);
      response.end(`{"success":true,"x":"${'y'.repeat(11 * 1024 * 1024)}"}`);
    });
    await expect(get()).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it.each(['', '{"success":tr', '<html></html>', '[1]', '"text"'])(
    'takes %j with status 200 for no answer',
    async (body) => {
      await talkTo((_request, response) => void response.end(body));
      await expect(get()).rejects.toMatchObject({ kind: 'unreachable' });
    },
  );

  it('believes success:false more than status 200', async () => {
    await talkTo(
      (_request, response) => void response.end('{"success":false,"error":"restricted-workspace"}'),
    );
    await expect(get()).rejects.toMatchObject({ kind: 'restricted-workspace' });
  });

  it('does not notice that kept-alive connections have died of old age', async () => {
    const sockets = new Set<{ destroy(): void }>();
    await talkTo((request, response) => {
      sockets.add(request.socket);
      response.end('{"success":true,"n":1}');
    });
    for (let call = 0; call < 5; call += 1) {
      expect(await get()).toMatchObject({ n: 1 });
      sockets.forEach((socket) => socket.destroy());
    }
  });

  it('lets go of connections that lie idle, which may be dead without anybody having said so', async () => {
    const ports: (number | undefined)[] = [];
    const address = await serve((request, response) => {
      ports.push(request.socket.remotePort);
      response.end('{"success":true}');
    });
    sut = new RestTransport(address, clock, new SystemRandom(), undefined, 150);
    for (const pauseMs of [0, 10, 400]) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await get();
    }
    expect(ports[1]).toBe(ports[0]);
    expect(ports[2]).not.toBe(ports[0]);
  });

  it('ends calls in flight when closed', async () => {
    let asked: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    await talkTo(() => asked());
    const call = get();
    const outcome = expect(call).rejects.toMatchObject({ kind: 'unreachable' });
    await arrived;
    sut.close();
    await outcome;
  });

  it('never shows the token in an error', async () => {
    await talkTo((request) => void request.socket.destroy());
    const error = await get().catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(Error);
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String((error as Error).stack);
    expect(shown).not.toContain('secret-token');
  });
});
