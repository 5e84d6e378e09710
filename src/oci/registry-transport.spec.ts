import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pushSmall, smallImage } from '../../test/contract/registry/small-image';
import { FakeRegistry } from '../../test/support/fakes/fake-registry/fake-registry';
import { freePort } from '../shared/free-port';
import { SystemClock } from '../shared/system-clock';
import { RegistryClient } from './registry-client';
import { RegistryTransport } from './registry-transport';

const clock = new SystemClock();

describe(RegistryTransport.name, () => {
  let registry: FakeRegistry;
  let client: RegistryClient;
  const image = smallImage('transport');
  const tag = (): { host: string; repository: string; tag: string } => ({
    host: registry.host,
    repository: 'a/b',
    tag: '1',
  });
  const asked = (): Promise<unknown> => client.read.resolve(tag());
  const failure = (code: string, ...words: string[]): object => ({
    code,
    message: expect.stringMatching(words.join('.*')),
  });

  beforeEach(async () => {
    registry = await FakeRegistry.started();
    client = new RegistryClient({ clock });
    await pushSmall(client.write, tag(), image, '1');
    registry.calls.length = registry.shown.length = 0;
  });
  afterEach(async () => {
    await client.close();
    await registry.stop();
  });

  it('says that nothing listens, with what helps', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    await expect(client.read.resolve({ ...tag(), host })).rejects.toMatchObject(
      failure('REGISTRY_UNREACHABLE', host, 'refuses the connection', 'a/b:1', 'Start it'),
    );
    await expect(client.read.resolve({ ...tag(), host: 'nowhere.invalid' })).rejects.toMatchObject(
      failure('REGISTRY_UNREACHABLE', 'cannot be resolved'),
    );
  });

  it('speaks TLS to all that is not of this machine and not named', async () => {
    const port = registry.host.split(':')[1];
    const named = new RegistryClient({ clock, plainHttp: ['127.0.0.1.nip.invalid'] });
    await expect(named.read.resolve({ ...tag(), host: '127.0.0.1.nip.invalid' })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
    await named.close();
    // The registry of this machine under an address that is not loopback's.
    const transport = client.read.resolve({ ...tag(), host: `[::ffff:127.0.0.1]:${port}` });
    await expect(transport).rejects.toMatchObject(
      failure('REGISTRY_UNREACHABLE', 'does not speak TLS', 'RDZEN_REGISTRY_PLAIN_HTTP'),
    );
    expect(registry.calls).toEqual([]);
  });

  it('asks one that is named otherwise at its address, without TLS, and no other one there', async () => {
    const name = '127.0.0.1:5001';
    const reached = new RegistryClient({ clock, reachedAt: { host: name, address: registry.host } });
    try {
      const { digest } = await client.read.resolve(tag());
      expect(await reached.read.resolve({ ...tag(), host: name })).toMatchObject({ digest });
      // Uploads are sent on to where the registry thinks it is.
      const other = smallImage('by another name');
      await pushSmall(reached.write, { ...tag(), host: name }, other, '2');
      expect(registry.calls.some((call) => call.startsWith('PUT'))).toBe(true);
      await expect(
        reached.read.resolve({ ...tag(), host: `127.0.0.1:${await freePort()}` }),
      ).rejects.toMatchObject(failure('REGISTRY_UNREACHABLE', 'refuses the connection'));
    } finally {
      await reached.close();
    }
  });

  it('gives up after its time, before the head and within the body', async () => {
    registry.intercept(/^HEAD/, () => undefined, 1);
    await expect(client.read.resolve(tag(), { withinMs: 50 })).rejects.toMatchObject(
      failure('REGISTRY_TIMEOUT', 'within 0.05 s'),
    );
    registry.intercept(/blobs/, (_, response) => void response.writeHead(200).write('x'));
    await expect(client.read.blob(tag(), image.layer, 1_000, { withinMs: 50 })).rejects.toMatchObject(
      failure('REGISTRY_TIMEOUT'),
    );
  });

  it('ends at once with the reason of the signal', async () => {
    registry.intercept(/^HEAD/, () => undefined);
    const stop = new AbortController();
    const waiting = client.read.resolve(tag(), { signal: stop.signal });
    clock.after(20, () => stop.abort(new Error('enough')));
    await expect(waiting).rejects.toThrow('enough');
    await expect(client.read.resolve(tag(), { signal: stop.signal })).rejects.toThrow('enough');
  });

  it('says that a connection broke', async () => {
    registry.intercept(/^HEAD/, ({ socket }) => void socket.destroy());
    await expect(asked()).rejects.toMatchObject(failure('REGISTRY_UNREACHABLE', 'broke the connection off'));
  });

  it.each<[number, string, unknown, string, string]>([
    [403, 'DENIED', null, 'REGISTRY_UNAUTHORIZED', 'DENIED'],
    [404, 'MANIFEST_UNKNOWN', null, 'REGISTRY_NOT_FOUND', 'MANIFEST_UNKNOWN'],
    [400, 'NAME_INVALID', null, 'REGISTRY_REFUSED', 'Choose another name'],
    [429, 'TOOMANYREQUESTS', null, 'REGISTRY_REFUSED', 'Wait a while'],
    [418, 'TEAPOT', null, 'REGISTRY_REFUSED', 'Do what it says'],
    [
      500,
      'UNKNOWN',
      { DriverName: 'filesystem', Enclosed: { Op: 'write', Err: 28 } },
      'REGISTRY_DISK_FULL',
      'Free some space',
    ],
    [500, 'UNKNOWN', 'write /data: no space left on device', 'REGISTRY_DISK_FULL', 'Free some space'],
    [507, 'X', null, 'REGISTRY_DISK_FULL', 'Free some space'],
    [500, 'UNKNOWN', { Err: 5 }, 'REGISTRY_FAILED', 'Look at its log'],
  ])('tells %i %s %j as its own failure', async (status, said, detail, code, words) => {
    registry.refuse(/tags/, status, said, 'so it is', detail);
    await expect(client.read.tags(tag())).rejects.toMatchObject(failure(code, words));
    await expect(client.read.tags(tag())).rejects.toThrow(String(status));
  });

  it('does not pass a page of a proxy off as the words of the registry', async () => {
    registry.intercept(/tags/, (_, response) => void response.writeHead(502).end('<h1>Bad gateway</h1>'));
    await expect(client.read.tags(tag())).rejects.toMatchObject(failure('REGISTRY_FAILED', '502'));
    await expect(client.read.tags(tag())).rejects.not.toThrow('gateway');
  });

  it('follows where blobs lie elsewhere, and shows its account there to nobody', async () => {
    const seen: (string | undefined)[] = [];
    const store = createServer(({ headers }, response) => {
      seen.push(headers.authorization);
      response.end(image.layer.bytes);
    });
    await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
    const { port } = store.address() as AddressInfo;
    const credentials = { host: registry.host, username: 'u', password: 'p' };
    const known = new RegistryClient({ clock, credentials });
    registry.intercept(/blobs/, ({ headers }, response) => {
      if (headers.authorization) response.writeHead(307, { location: `http://127.0.0.1:${port}/x` }).end();
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
    });
    expect(await known.read.blob(tag(), image.layer, 1_000)).toEqual(image.layer.bytes);
    expect(seen).toEqual([undefined]);
    await known.close();
    store.close();
  });

  it.each([
    ['http://example.org/x', 'without TLS'],
    ['ftp://127.0.0.1/x', 'without TLS'],
    ['http://u:p@127.0.0.1/x', 'without TLS'],
    ['//[', 'does not say where'],
  ])('does not follow to %s', async (location, words) => {
    registry.intercept(/blobs/, (_, response) => void response.writeHead(307, { location }).end());
    await expect(client.read.blob(tag(), image.layer, 1_000)).rejects.toMatchObject(
      failure('REGISTRY_ANSWER_MALFORMED', words),
    );
  });

  it('does not follow for ever', async () => {
    registry.intercept(/blobs/, ({ url }, response) => void response.writeHead(307, { location: url }).end());
    await expect(client.read.blob(tag(), image.layer, 1_000)).rejects.toMatchObject(
      failure('REGISTRY_ANSWER_MALFORMED', 'without end'),
    );
    expect(registry.calls).toHaveLength(6);
  });
});
