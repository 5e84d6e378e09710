import { Readable } from 'node:stream';
import { blobOf, pushSmall, smallImage } from '../../test/contract/registry/small-image';
import { FakeRegistry } from '../../test/support/fakes/fake-registry/fake-registry';
import { SystemClock } from '../shared/system-clock';
import { RegistryClient } from './registry-client';
import { RegistryWriter } from './registry-writer';

const clock = new SystemClock();

describe(RegistryWriter.name, () => {
  let registry: FakeRegistry;
  let client: RegistryClient;
  const blob = blobOf(Buffer.alloc(200_000, 'rdzen'));
  const at = (): { host: string; repository: string } => ({ host: registry.host, repository: 'a/b' });

  beforeEach(async () => {
    registry = await FakeRegistry.started();
    client = new RegistryClient({ clock });
  });
  afterEach(async () => {
    await client.close();
    await registry.stop();
  });

  it.each([false, true])(
    'goes on where it is sent, absolute: %s, and keeps the state of it',
    async (absolute) => {
      registry.absoluteLocations = absolute;
      expect(await client.write.pushBlob(at(), blob)).toBe('sent');
      expect(registry.repository('a/b').blobs.get(blob.digest)?.equals(blob.bytes)).toBe(true);
      const methods = registry.calls.map((call) => call.split(' ')[0]);
      expect(methods).toEqual(['HEAD', 'POST', 'PUT']);
    },
  );

  it('sends nothing that is there', async () => {
    registry.putBlob('a/b', blob.bytes);
    expect(await client.write.pushBlob(at(), blob)).toBe('there');
    expect(registry.calls).toHaveLength(1);
  });

  it('sends what the registry will not take over', async () => {
    registry.putBlob('base', blob.bytes);
    registry.mounts = false;
    expect(await client.write.pushBlob(at(), blob, { mountFrom: 'base' })).toBe('sent');
    expect(registry.calls[1]).toContain(`?mount=${blob.digest}&from=base`);
  });

  it('does not go on without TLS where it began with it, as behind a proxy that does not say so', async () => {
    registry.intercept(/^POST/, (_, response) => {
      response.writeHead(202, { location: 'http://registry.example.org/v2/a/b/blobs/uploads/1' }).end();
    });
    await expect(client.write.pushBlob(at(), blob)).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER_MALFORMED',
      message: expect.stringContaining('relativeurls'),
    });
    registry.intercept(/^POST/, (_, response) => void response.writeHead(202).end());
    await expect(client.write.pushBlob(at(), blob)).rejects.toMatchObject({
      code: 'REGISTRY_ANSWER_MALFORMED',
    });
  });

  it('says what broke when the registry goes away in the middle', async () => {
    registry.intercept(/^PUT/, ({ socket }) => void socket.destroy());
    await expect(client.write.pushBlob(at(), blob)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringMatching(`broke the connection off.*${blob.digest}.*not sent twice`),
    });
  });

  it('says that the disk there is full', async () => {
    registry.refuse(/^PUT/, 500, 'UNKNOWN', 'unknown error', { Enclosed: { Op: 'write', Err: 28 } });
    await expect(client.write.pushBlob(at(), blob)).rejects.toMatchObject({ code: 'REGISTRY_DISK_FULL' });
  });

  it('fails as its source does', async () => {
    const open = (): Readable => Readable.from(failing());
    await expect(client.write.pushBlob(at(), { ...blob, open })).rejects.toThrow('the file is gone');
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.alloc(10);
      throw new Error('the file is gone');
    }
  });

  it('does not believe a registry that stored something else', async () => {
    const digest = `sha256:${'b'.repeat(64)}`;
    registry.intercept(
      /^PUT/,
      (_, response) => void response.writeHead(201, { 'docker-content-digest': digest }).end(),
    );
    await expect(client.write.pushBlob(at(), blob)).rejects.toMatchObject({
      code: 'REGISTRY_DIGEST_DIFFERS',
    });
    const { manifest } = smallImage('x');
    await expect(client.write.pushManifest(at(), '1', manifest)).rejects.toMatchObject({
      code: 'REGISTRY_DIGEST_DIFFERS',
    });
  });

  it('says how deleting is switched on', async () => {
    const image = smallImage('kept');
    await pushSmall(client.write, at(), image, '1');
    registry.deleteEnabled = false;
    await expect(client.write.deleteManifest(at(), image.manifest.digest)).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: expect.stringContaining('REGISTRY_STORAGE_DELETE_ENABLED'),
    });
  });
});
