import { createHash } from 'node:crypto';
import { DOCKER_MANIFEST, OCI_MANIFEST } from '../../../src/oci/media-types';
import { RegistryClient } from '../../../src/oci/registry-client';
import { SystemClock } from '../../../src/shared/system-clock';
import { blobOf, pushSmall, smallImage } from './small-image';

/** What our client and a registry make of each other; deleting is switched on there. */
export function describeRegistry(host: () => string): void {
  let client: RegistryClient;
  beforeAll(() => {
    client = new RegistryClient({ clock: new SystemClock() });
  });
  afterAll(() => client.close());
  const place = (repository: string): { host: string; repository: string } => ({ host: host(), repository });

  it.each([OCI_MANIFEST, DOCKER_MANIFEST])('gives back what was pushed, as %s', async (mediaType) => {
    const at = place('contract/push');
    const image = smallImage(`push ${mediaType}`, mediaType);
    expect(await client.write.pushBlob(at, image.layer)).toBe('sent');
    expect(await client.write.pushBlob(at, image.layer)).toBe('there');
    await client.write.pushBlob(at, image.config);
    expect(await client.write.pushManifest(at, '1.0', image.manifest)).toBe(image.manifest.digest);
    const { digest } = image.manifest;
    expect(await client.read.resolve({ ...at, tag: '1.0' })).toEqual({ digest, mediaType });
    const manifest = await client.read.manifest({ ...at, digest });
    expect(manifest.bytes.equals(image.manifest.bytes)).toBe(true);
    expect((await client.read.blob(at, image.layer, 1_000)).equals(image.layer.bytes)).toBe(true);
    expect(await client.read.config(at, { ...image.config, mediaType: 'any' })).toMatchObject({
      os: 'linux',
    });
  });

  it('would give another digest to who does not name all four kinds; we do', async () => {
    const at = place('contract/accept');
    const image = smallImage('accept', DOCKER_MANIFEST);
    await pushSmall(client.write, at, image, '1');
    const url = `http://${host()}/v2/contract/accept/manifests/1`;
    const naive = await fetch(url, { method: 'HEAD' });
    expect(naive.headers.get('content-type')).toContain('manifest.v1+prettyjws');
    expect(naive.headers.get('docker-content-digest')).not.toBe(image.manifest.digest);
    expect((await client.read.resolve({ ...at, tag: '1' })).digest).toBe(image.manifest.digest);
  });

  it('takes a layer over from another of its repositories, without sending it', async () => {
    const image = smallImage('mount');
    await client.write.pushBlob(place('contract/mount-from'), image.layer);
    const mounted = client.write.pushBlob(place('contract/mount-to'), image.layer, {
      mountFrom: 'contract/mount-from',
    });
    expect(await mounted).toBe('mounted');
    const absent = blobOf(Buffer.from('not there to be mounted'));
    const sent = client.write.pushBlob(place('contract/mount-to'), absent, {
      mountFrom: 'contract/mount-from',
    });
    expect(await sent).toBe('sent');
  });

  it('deletes a digest with every tag that points to it; the repository stays, with no tags', async () => {
    const at = place('contract/delete');
    const image = smallImage('delete');
    await pushSmall(client.write, at, image, 'one', 'two');
    expect((await client.read.tags(at)).sort()).toEqual(['one', 'two']);
    expect(await client.write.deleteManifest(at, image.manifest.digest)).toBe(true);
    expect(await client.write.deleteManifest(at, image.manifest.digest)).toBe(false);
    const listed = await (await fetch(`http://${host()}/v2/contract/delete/tags/list`)).json();
    expect(listed).toEqual({ name: 'contract/delete', tags: null });
    expect(await client.read.tags(at)).toEqual([]);
    for (const tag of ['one', 'two'])
      await expect(client.read.resolve({ ...at, tag })).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
    expect(await client.write.hasBlob(at, image.layer.digest)).toBe(true);
  });

  it('cannot be asked to delete a tag; the registry would refuse', async () => {
    const at = place('contract/delete');
    await expect(client.write.deleteManifest(at, '1.0')).rejects.toMatchObject({
      code: 'IMAGE_REFERENCE_INVALID',
    });
    const raw = await fetch(`http://${host()}/v2/contract/delete/manifests/1.0`, { method: 'DELETE' });
    expect(raw.status).toBe(400);
  });

  it('notices a tag that was moved, and one that is gone', async () => {
    const at = place('contract/moved');
    const [first, second] = [smallImage('first'), smallImage('second')];
    await pushSmall(client.write, at, first, 'x');
    const locked = { ...at, tag: 'x', digest: first.manifest.digest };
    expect(await client.read.compareTag(locked)).toEqual({ moved: false, now: first.manifest.digest });
    await pushSmall(client.write, at, second, 'x');
    expect(await client.read.compareTag(locked)).toEqual({ moved: true, now: second.manifest.digest });
    expect(await client.read.resolve({ ...at, digest: first.manifest.digest })).toMatchObject({
      digest: first.manifest.digest,
    });
    expect(await client.read.compareTag({ ...locked, tag: 'gone' })).toEqual({ moved: true });
  });

  it('refuses bytes that are not those of their digest, and a manifest whose blobs it lacks', async () => {
    const at = place('contract/refused');
    const lie = { ...blobOf(Buffer.from('true')), digest: `sha256:${'0'.repeat(64)}` };
    await expect(client.write.pushBlob(at, lie)).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: expect.stringContaining('DIGEST_INVALID'),
    });
    const image = smallImage('without blobs');
    await expect(client.write.pushManifest(at, '1', image.manifest)).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: expect.stringContaining('MANIFEST_BLOB_UNKNOWN'),
    });
  });

  it('says what is not there', async () => {
    const nothing = place('contract/nothing');
    const digest = `sha256:${createHash('sha256').update('none').digest('hex')}`;
    for (const ask of [
      () => client.read.resolve({ ...nothing, tag: '1' }),
      () => client.read.manifest({ ...nothing, digest }),
      () => client.read.blob(nothing, { digest, size: 4 }, 10),
      () => client.read.tags(nothing),
    ])
      await expect(ask()).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
  });
}
