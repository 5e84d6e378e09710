import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { RegistryClient } from '../../../src/oci/registry-client';
import { deletableManifests } from '../../../src/oci/retention';
import { SystemClock } from '../../../src/shared/system-clock';
import { describeRegistry } from '../../contract/registry/registry-contract';
import { blobOf, pushSmall, smallImage } from '../../contract/registry/small-image';
import { DebianRegistry, describeWithRegistry } from './support/debian-registry';

const clock = new SystemClock();

describeWithRegistry()('a real registry', () => {
  let registry: DebianRegistry;
  let client: RegistryClient;
  beforeAll(async () => {
    registry = await DebianRegistry.started();
    client = new RegistryClient({ clock });
  });
  afterAll(async () => {
    await client.close();
    await registry.remove();
  });
  const at = (repository: string): { host: string; repository: string } => ({
    host: registry.host,
    repository,
  });

  describe('as the one of the tests', () => {
    describeRegistry(() => registry.host);
  });

  it('gives space back only when it collects its garbage; what is still named stays', async () => {
    const [first, second, third] = ['1', '2', '3'].map((mark) => smallImage(`garbage ${mark}`));
    const place = at('garbage');
    const repository = `${registry.host}/garbage`;
    const images = [first!, second!, third!];
    for (const [index, image] of images.entries()) await pushSmall(client.write, place, image, String(index));
    const stored = images.map(({ manifest: { digest } }) => ({ repository, digest }));
    const locks = stored.map((each, order) => ({ ...each, component: 'a', order }));
    const deletable = deletableManifests(locks, stored);
    expect(deletable).toEqual([stored[0]]);
    for (const { digest } of deletable) expect(await client.write.deleteManifest(place, digest)).toBe(true);
    expect(existsSync(registry.blobFile(first!.layer.digest))).toBe(true);
    await registry.collectGarbage();
    expect(existsSync(registry.blobFile(first!.layer.digest))).toBe(false);
    await expect(client.read.blob(place, first!.layer, 1_000)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
    });
    expect((await client.read.blob(place, third!.layer, 1_000)).equals(third!.layer.bytes)).toBe(true);
    expect((await client.read.tags(place)).sort()).toEqual(['1', '2']);
  }, 30_000);

  it('is not believed where a disk or a hand changed what it keeps', async () => {
    const image = smallImage('tampered');
    const place = at('tampered');
    await pushSmall(client.write, place, image, '1');
    const differs = { code: 'REGISTRY_DIGEST_DIFFERS', message: expect.stringContaining('was not used') };
    for (const [digest, read] of [
      [image.layer.digest, () => client.read.blob(place, image.layer, 1_000)],
      [image.manifest.digest, () => client.read.manifest({ ...place, digest: image.manifest.digest })],
    ] as const) {
      const bytes = readFileSync(registry.blobFile(digest));
      // A space in JSON changes nothing but the digest.
      bytes[bytes.length - 2]! ^= 1;
      writeFileSync(registry.blobFile(digest), bytes);
      await expect(read()).rejects.toMatchObject(
        digest === image.layer.digest ? differs : { code: expect.stringMatching(/^REGISTRY_/) },
      );
    }
  });

  it('says that a blob is gone though its manifest is there', async () => {
    const image = smallImage('gone');
    const place = at('gone');
    await pushSmall(client.write, place, image, '1');
    execFileSync('rm', [registry.blobFile(image.layer.digest)]);
    expect((await client.read.resolve({ ...place, tag: '1' })).digest).toBe(image.manifest.digest);
    await expect(client.read.blob(place, image.layer, 1_000)).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
      message: expect.stringContaining(image.layer.digest),
    });
  });

  it('killed in the middle of a push, keeps nothing of it, and takes it the next time', async () => {
    const bytes = randomBytes(4_000_000);
    const whole = blobOf(bytes);
    const place = at('killed');
    const open = (): Readable =>
      Readable.from(
        (async function* () {
          yield bytes.subarray(0, 1_000_000);
          await clock.sleep(200);
          await registry.kill();
          yield bytes.subarray(1_000_000);
        })(),
      );
    await expect(client.write.pushBlob(place, { ...whole, open })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringMatching(/broke the connection off.*try again/),
    });
    // Its connections broke a moment before it was gone, and it may have taken one more.
    await registry.kill();
    await expect(client.write.pushBlob(place, whole)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringContaining('refuses the connection'),
    });
    await registry.start();
    expect(await client.write.hasBlob(place, whole.digest)).toBe(false);
    expect(await client.write.pushBlob(place, whole)).toBe('sent');
    expect((await client.read.blob(place, whole, 5_000_000)).equals(bytes)).toBe(true);
  });

  it('set up without deleting, says how that is changed', async () => {
    const strict = await DebianRegistry.started({ deletes: false });
    try {
      const image = smallImage('kept');
      const place = { host: strict.host, repository: 'kept' };
      await pushSmall(client.write, place, image, '1');
      await expect(client.write.deleteManifest(place, image.manifest.digest)).rejects.toMatchObject({
        code: 'REGISTRY_REFUSED',
        message: expect.stringContaining('REGISTRY_STORAGE_DELETE_ENABLED'),
      });
    } finally {
      await strict.remove();
    }
  });

  (process.getuid?.() === 0 ? it : it.skip)(
    'on a full disk, says so (needs root, to make a small disk)',
    async () => {
      const small = await DebianRegistry.started();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', small.data]);
      try {
        const place = { host: small.host, repository: 'full' };
        await expect(client.write.pushBlob(place, blobOf(randomBytes(2_000_000)))).rejects.toMatchObject({
          code: 'REGISTRY_DISK_FULL',
          message: expect.stringContaining('Free some space there'),
        });
      } finally {
        await small.kill();
        execFileSync('umount', [small.data]);
        await small.remove();
      }
    },
  );
});
