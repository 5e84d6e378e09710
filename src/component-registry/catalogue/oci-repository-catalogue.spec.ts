import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeRegistry } from '../../../test/support/fakes/fake-registry/fake-registry';
import { OCI_MANIFEST } from '../../oci/media-types';
import { RegistryClient } from '../../oci/registry-client';
import { SystemClock } from '../../shared/system-clock';
import { CATALOGUE_TYPE, ENTRY_TYPE } from './catalogue-artifact';
import { OciRepositoryCatalogue } from './oci-repository-catalogue';
import { pushCatalogue, PushRefused } from './push-catalogue';

const LIMITS = { entries: 500, entryBytes: 10_000 };
const signed = (name: string): string => JSON.stringify({ manifest: { name }, signature: 'c2ln' });

describe(OciRepositoryCatalogue.name, () => {
  let registry: FakeRegistry;
  let client: RegistryClient;
  let folder: string;
  let sut: OciRepositoryCatalogue;
  let signal: AbortSignal;

  beforeEach(async () => {
    registry = await FakeRegistry.started();
    client = new RegistryClient({ clock: new SystemClock() });
    sut = new OciRepositoryCatalogue(client);
    folder = mkdtempSync(join(tmpdir(), 'rdzen-push-'));
    signal = new AbortController().signal;
  });
  afterEach(async () => {
    await sut.close();
    await registry.stop();
    rmSync(folder, { recursive: true });
  });

  const location = (): string => `${registry.host}/catalogue:1`;
  const push = (): Promise<{ digest: string; entries: number }> =>
    pushCatalogue(folder, { host: registry.host, repository: 'catalogue', tag: '1' }, client);
  const pull = (known?: string, limits = LIMITS) => sut.pull(location(), known, limits, signal);
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  /** A catalogue of somebody who does as he likes. */
  const forged = (change: object, sizes: number[] = []): void => {
    const layers = sizes.map((size) => ({
      mediaType: ENTRY_TYPE,
      digest: registry.putBlob('catalogue', Buffer.from('x')),
      size,
    }));
    const document = { schemaVersion: 2, mediaType: OCI_MANIFEST, artifactType: CATALOGUE_TYPE, layers };
    registry.put('catalogue', '1', { ...document, ...change }, OCI_MANIFEST);
  };

  it('reads what was pushed, in the order of its files, and nothing again while the tag stands', async () => {
    put('b.json', signed('b'));
    put('a.json', signed('ą'));
    put('notes.txt', 'none');
    const pushed = await push();
    expect(pushed.entries).toBe(2);
    expect(await pull()).toEqual({ digest: pushed.digest, entries: [signed('ą'), signed('b')] });
    registry.calls.length = 0;
    expect(await pull(pushed.digest)).toBeUndefined();
    expect(registry.calls).toEqual([expect.stringMatching(/^HEAD .*manifests\/1$/)]);
    expect((await push()).digest).toBe(pushed.digest);
    put('c.json', signed('c'));
    const next = await push();
    expect(await pull(pushed.digest)).toMatchObject({ digest: next.digest, entries: { length: 3 } });
  });

  it.each<[string, () => void, RegExp]>([
    ['an image', () => forged({ artifactType: undefined }), /is no catalogue/],
    [
      'foreign layers',
      () => forged({ layers: [{ mediaType: 'text/plain', digest: 'x', size: 1 }] }),
      /is no catalogue/,
    ],
    ['an entry that is too large', () => forged({}, [1, 10_001]), /Entry 2 of .* more than/],
    [
      'too many entries',
      () =>
        forged(
          {},
          Array.from({ length: 501 }, () => 1),
        ),
      /more than 500 entries/,
    ],
  ])('takes nothing of %s', async (_, given, words) => {
    given();
    await expect(pull()).rejects.toThrow(words);
  });

  it('believes no bytes but those of their digest', async () => {
    put('a.json', signed('a'));
    await push();
    const { blobs } = registry.repository('catalogue');
    for (const [digest, bytes] of blobs) if (bytes.length > 2) blobs.set(digest, Buffer.from(signed('b')));
    await expect(pull()).rejects.toMatchObject({ code: 'REGISTRY_DIGEST_DIFFERS' });
  });

  it('says that nobody is there, or that nothing of that name is', async () => {
    await expect(pull()).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
    const gone = location();
    await registry.stop();
    await expect(sut.pull(gone, undefined, LIMITS, signal)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
    });
  });

  it.each<[string, string | undefined, RegExp]>([
    ['an unsigned entry', '{"manifest": {"name": "a"}}', /a\.json is not signed.*catalogue sign/],
    ['no JSON', '{', /a\.json is not signed, or no entry/],
    ['nothing', undefined, /holds no entry/],
  ])('pushes nothing of a folder with %s', async (_, text, words) => {
    if (text !== undefined) put('a.json', text);
    await expect(push()).rejects.toThrow(words);
    await expect(push()).rejects.toBeInstanceOf(PushRefused);
    expect(registry.calls).toEqual([]);
  });
});
