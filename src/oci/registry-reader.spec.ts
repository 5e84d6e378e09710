import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { blobOf, pushSmall, smallImage } from '../../test/contract/registry/small-image';
import { FakeRegistry } from '../../test/support/fakes/fake-registry/fake-registry';
import { SystemClock } from '../shared/system-clock';
import { DOCKER_MANIFEST } from './media-types';
import { RegistryClient } from './registry-client';
import { RegistryReader } from './registry-reader';

const clock = new SystemClock();

describe(RegistryReader.name, () => {
  let registry: FakeRegistry;
  let client: RegistryClient;
  const image = smallImage('read');
  const { digest } = image.manifest;
  const at = (): { host: string; repository: string } => ({ host: registry.host, repository: 'a/b' });

  beforeEach(async () => {
    registry = await FakeRegistry.started();
    client = new RegistryClient({ clock });
    await pushSmall(client.write, at(), image, '1');
    registry.calls.length = 0;
  });
  afterEach(async () => {
    await client.close();
    await registry.stop();
  });

  const failure = (code: string, words = ''): object => ({ code, message: expect.stringContaining(words) });

  it('resolves by one HEAD that names all four kinds', async () => {
    const accepted: (string | undefined)[] = [];
    registry.intercept(/^HEAD/, ({ headers }, response) => {
      accepted.push(headers.accept);
      response.writeHead(200, { 'content-type': DOCKER_MANIFEST, 'docker-content-digest': digest }).end();
    });
    expect(await client.read.resolve({ ...at(), tag: '1' })).toEqual({ digest, mediaType: DOCKER_MANIFEST });
    expect(registry.calls).toEqual(['HEAD /v2/a/b/manifests/1']);
    for (const kind of ['oci.image.manifest.v1', 'oci.image.index.v1', 'manifest.v2', 'manifest.list.v2'])
      expect(accepted[0]).toContain(kind);
  });

  it('reads and sums up itself where the registry does not say the digest, or knows no HEAD', async () => {
    registry.saysDigest = false;
    expect((await client.read.resolve({ ...at(), tag: '1' })).digest).toBe(digest);
    registry.refuse(/^HEAD/, 405, 'UNSUPPORTED');
    expect((await client.read.resolve({ ...at(), tag: '1' })).digest).toBe(digest);
    expect(registry.calls.map((call) => call.split(' ')[0])).toEqual(['HEAD', 'GET', 'HEAD', 'GET']);
  });

  it('takes no manifest that is another than was asked for', async () => {
    const other = smallImage('other').manifest;
    registry.intercept(/manifests/, ({ method }, response) => {
      response.writeHead(200, {
        'content-type': other.mediaType,
        'content-length': other.bytes.length,
        'docker-content-digest': other.digest,
      });
      response.end(method === 'HEAD' ? undefined : other.bytes);
    });
    const differs = failure('REGISTRY_DIGEST_DIFFERS', digest);
    await expect(client.read.resolve({ ...at(), digest })).rejects.toMatchObject(differs);
    await expect(client.read.manifest({ ...at(), digest })).rejects.toMatchObject(differs);
  });

  it('takes no manifest by tag whose digest the registry itself says differently', async () => {
    registry.refuse(/^HEAD/, 501, 'UNSUPPORTED');
    registry.intercept(/^GET/, (_, response) => {
      const said = { 'content-type': image.manifest.mediaType, 'docker-content-digest': digest };
      response.writeHead(200, said).end('{"schemaVersion": 2}');
    });
    await expect(client.read.resolve({ ...at(), tag: '1' })).rejects.toMatchObject(
      failure('REGISTRY_DIGEST_DIFFERS'),
    );
  });

  it.each([
    [
      'schema 1',
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      '{}',
      'no manifest that can be pinned',
    ],
    ['a page', 'text/html', '<html>', 'no JSON object'],
    ['another kind than it says of itself', DOCKER_MANIFEST, '{"mediaType": "a/b"}', 'says of itself'],
  ])('refuses %s', async (_, type, body, words) => {
    registry.saysDigest = false;
    registry.intercept(/manifests/, ({ method }, response) => {
      response.writeHead(200, { 'content-type': type, 'content-length': body.length });
      response.end(method === 'HEAD' ? undefined : body);
    });
    const asked = client.read.resolve({ ...at(), tag: '1' });
    await expect(asked).rejects.toMatchObject(failure('REGISTRY_ANSWER_MALFORMED', words));
  });

  it('takes no reference without tag and digest', async () => {
    await expect(client.read.resolve(at())).rejects.toMatchObject(failure('IMAGE_REFERENCE_INVALID'));
  });

  it('stops at what is too large, whatever its descriptor or its head say', async () => {
    const { digest: large, size } = blobOf(Buffer.alloc(100));
    registry.putBlob('a/b', Buffer.alloc(100));
    const tooLarge = failure('REGISTRY_CONTENT_TOO_LARGE', large);
    await expect(client.read.blob(at(), { digest: large, size }, 99)).rejects.toMatchObject(tooLarge);
    await expect(client.read.blob(at(), { digest: large, size: 10 }, 99)).rejects.toMatchObject(tooLarge);
    await expect(buffer(client.read.openBlob(at(), { digest: large, size: 10 }))).rejects.toMatchObject(
      tooLarge,
    );
    registry.intercept(/manifests/, (_, response) => {
      response.writeHead(200, { 'content-type': DOCKER_MANIFEST });
      Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(65_536, 32))).pipe(response);
    });
    await expect(client.read.manifest({ ...at(), digest })).rejects.toMatchObject(
      failure('REGISTRY_CONTENT_TOO_LARGE', 'manifest'),
    );
  });

  it('holds a blob against its digest, whole or as a stream', async () => {
    const { layer } = image;
    expect(await buffer(client.read.openBlob(at(), layer))).toEqual(layer.bytes);
    registry.repository('a/b').blobs.set(layer.digest, Buffer.from(layer.bytes.map((byte) => byte ^ 1)));
    const differs = failure('REGISTRY_DIGEST_DIFFERS', layer.digest);
    await expect(client.read.blob(at(), layer, 1_000)).rejects.toMatchObject(differs);
    await expect(buffer(client.read.openBlob(at(), layer))).rejects.toMatchObject(differs);
    registry.repository('a/b').blobs.set(layer.digest, layer.bytes.subarray(1));
    await expect(client.read.blob(at(), layer, 1_000)).rejects.toMatchObject(differs);
  });

  it('lets go of a blob that nobody reads on', async () => {
    let closed = false;
    registry.intercept(/blobs/, (_, response) => {
      response
        .on('close', () => (closed = true))
        .writeHead(200)
        .write('x');
    });
    const stream = client.read.openBlob(at(), { digest, size: 1_000 });
    await new Promise((resolve) => stream.once('data', resolve));
    stream.destroy();
    while (!closed) await clock.sleep(5);
  });

  it('puts the pages of tags together, and leaves a registry that sends one page for ever', async () => {
    for (let each = 2; each <= 7; each++) registry.repository('a/b').tags.set(String(each), digest);
    registry.pageSize = 3;
    expect(await client.read.tags(at())).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(registry.calls).toHaveLength(3);
    registry.intercept(/tags/, ({ url }, response) => {
      response.writeHead(200, { link: `<${url}>; rel="next"` }).end('{"tags": ["1", "x y"]}');
    });
    expect(await client.read.tags(at())).toEqual(['1']);
    registry.intercept(/tags/, (_, response) => {
      response
        .writeHead(200, { link: '<http://example.org/v2/a/b/tags/list?last=1>; rel="next"' })
        .end('{"tags":["1"]}');
    });
    await expect(client.read.tags(at())).rejects.toMatchObject(
      failure('REGISTRY_ANSWER_MALFORMED', 'example.org'),
    );
  });

  it('reads what an image is run by, and refuses what is none', async () => {
    expect(await client.read.config(at(), { ...image.config, mediaType: 'a' })).toMatchObject({
      os: 'linux',
    });
    const bytes = Buffer.from('{"os": "linux"}');
    const none = { mediaType: 'a', size: bytes.length, digest: registry.putBlob('a/b', bytes) };
    expect(none.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    await expect(client.read.config(at(), none)).rejects.toMatchObject(failure('REGISTRY_ANSWER_MALFORMED'));
  });
});
