import { generateKeyPairSync } from 'node:crypto';
import { type Manifest, PUBLISHER } from '../manifest/manifest';
import { Catalogue } from './catalogue';
import { type CatalogueEntry, type EntryOrigin, readEntry } from './catalogue-entry';
import { lookAlike } from './look-alike';
import { NameGuard } from './name-guard';
import { canonicalText, isSignedBy, publicKeyText, signatureOf } from './signature';
import type { Trust } from './trust';

const pem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

function manifest(name: string, version = '1.0.0', block: object = {}, more: object = {}): Manifest {
  return {
    name,
    description: 'Does something.',
    version,
    packages: [{ registryType: 'oci', identifier: 'a.example/x:1', transport: { type: 'stdio' } }],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          schema: '1',
          kind: 'mcp-tool',
          digest: `sha256:${'a'.repeat(64)}`,
          tools: [{ name: 'do_it', effect: 'read' }],
          ...block,
        },
      },
    },
    ...more,
  };
}
const offered = (given: Manifest, trust: Trust = 'trusted', source = 'starter'): CatalogueEntry => ({
  manifest: given,
  source,
  trust,
  signed: true,
  content: canonicalText(given).toString(),
  image: '',
});

describe('a signature', () => {
  const key = pem();
  const value = { b: [1, 2.5, 'ż'], a: { d: null, c: true } };

  it('holds whatever order the names stand in', () => {
    const signature = signatureOf(value, key);
    expect(isSignedBy({ a: { c: true, d: null }, b: [1, 2.5, 'ż'] }, signature, publicKeyText(key))).toBe(
      true,
    );
  });

  it.each([
    ['another value', (): unknown => ({ ...value, a: 1 }), undefined],
    ['another key', (): unknown => value, pem()],
  ])('does not hold for %s', (_, signed, other) => {
    expect(isSignedBy(signed(), signatureOf(value, key), publicKeyText(other ?? key))).toBe(false);
  });

  it.each(['', 'AAAA', 'not base64!', `${'A'.repeat(86)}==\n`])('is not %j', (signature) => {
    expect(isSignedBy(value, signature, publicKeyText(key))).toBe(false);
    expect(isSignedBy(value, signatureOf(value, key), signature)).toBe(false);
  });
});

describe(readEntry.name, () => {
  const key = pem();
  const source: EntryOrigin = { name: 'starter', trust: 'trusted', publicKey: publicKeyText(key) };
  const entry = { manifest: manifest('a.b/time'), reviewer: 'Ada' };
  const npm: Manifest = {
    ...manifest('a.b/time', '1.0.0', {
      digest: undefined,
      provenance: { integrity: `sha512-${'A'.repeat(86)}==` },
    }),
    packages: [{ registryType: 'npm', identifier: 'time', version: '1.0.0', transport: { type: 'stdio' } }],
  };
  const text = (value: object, signature = signatureOf(value, key)): string =>
    JSON.stringify({ ...value, signature });

  it('takes what is signed by its source', () => {
    expect(readEntry(text(entry), source)).toEqual({
      manifest: entry.manifest,
      source: 'starter',
      trust: 'trusted',
      signed: true,
      reviewer: 'Ada',
      content: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      image: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it.each<[string, string, RegExp]>([
    [
      'a change after signing',
      text({ ...entry, reviewer: 'Eve' }, signatureOf(entry, key)),
      /was changed after/,
    ],
    ['the signature of somebody else', text(entry, signatureOf(entry, pem())), /somebody else signed it/],
    ['no signature', JSON.stringify(entry), /not signed/],
    ['no JSON', '{', /no JSON/],
    ['no manifest', '{"reviewer": "Ada"}', /no manifest/],
    [
      'a wrong manifest, though signed',
      text({ manifest: { ...entry.manifest, version: 'latest' } }),
      /version is "latest"/,
    ],
    ['more than it may have', JSON.stringify({ ...entry, more: 'x'.repeat(300_000) }), /more than 288 KiB/],
    ['nesting without end', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`, /nested more than 28/],
    ['a field of its own', text({ ...entry, priority: 'high' }), /fields that no entry has/],
    ['a reviewer nobody can read', text({ ...entry, reviewer: 'A\u202eda' }), /reviewer is no name/],
    ['a package of npm from elsewhere', text({ manifest: npm }), /names a package of npm and no image/],
  ])('refuses %s', (_, given, reason) => {
    expect(readEntry(given, source)).toMatchObject({
      source: 'starter',
      reason: expect.stringMatching(reason) as string,
    });
  });

  it('takes a package of npm from what comes with the program', () => {
    expect(readEntry(text({ manifest: npm }), { ...source, trust: 'shipped' })).toMatchObject({
      manifest: JSON.parse(JSON.stringify(npm)) as Manifest,
      trust: 'shipped',
    });
  });

  it('says where the refused one stands, and shows no name that is none', () => {
    expect(readEntry('{', source, 'a.json')).toEqual({
      ...{ source: 'starter', place: 'a.json', reason: 'It is no JSON.' },
    });
    const wrong = JSON.stringify({ manifest: { ...entry.manifest, name: '@all look', version: '1 2' } });
    expect(readEntry(wrong, source)).toEqual({
      ...{ source: 'starter', reason: expect.stringContaining('not signed') as string },
    });
  });

  it('takes unsigned ones only from a source that is known for it', () => {
    const unsigned = JSON.stringify(entry);
    expect(readEntry(unsigned, { name: 'mine', trust: 'untrusted' })).toMatchObject({ trust: 'untrusted' });
    expect(readEntry(unsigned, { name: 'mine', trust: 'trusted' })).toMatchObject({
      reason: expect.stringMatching(/no key/) as string,
    });
  });
});

describe(Catalogue.name, () => {
  const time = manifest('io.github.yokingma/time-mcp', '1.0.6', {
    intents: {
      en: ['tell the current time', 'convert between time zones'],
      pl: ['podać aktualną godzinę', 'przeliczyć strefy czasowe'],
    },
    examples: { en: ['What time is it in Tokyo?'], pl: ['Która jest teraz godzina w Łodzi?'] },
  });
  const files = manifest('io.example/filesystem', '1.0.0', {
    intents: { en: ['read a file', 'list a folder'] },
  });

  it.each([
    ['what time is it in Tokyo', 'io.github.yokingma/time-mcp'],
    ['timezone zones', 'io.github.yokingma/time-mcp'],
    ['ktora godzina w lodzi', 'io.github.yokingma/time-mcp'],
    ['godzinę', 'io.github.yokingma/time-mcp'],
    ['list folder', 'io.example/filesystem'],
    ['filesystm', 'io.example/filesystem'],
  ])('finds by "%s"', (words, name) => {
    const sut = new Catalogue([offered(files), offered(time)]);
    expect(sut.search(words)[0]?.entry.manifest.name).toBe(name);
  });

  it('finds nothing where nothing fits', () => {
    expect(new Catalogue([offered(files), offered(time)]).search('weather forecast')).toEqual([]);
  });

  it('gives the newest version first, a named one when asked, and a short name where it is clear', () => {
    const sut = new Catalogue(
      ['1.9.0', '1.10.0', '1.2.0'].map((version) => offered(manifest('a.b/time', version))),
    );
    expect(sut.versions('a.b/time')).toEqual(['1.10.0', '1.9.0', '1.2.0']);
    expect(sut.get('time')?.manifest.version).toBe('1.10.0');
    expect(sut.get('a.b/time', '1.2.0')?.manifest.version).toBe('1.2.0');
    expect(sut.get('time', '^1.0')).toBeUndefined();
    const two = new Catalogue([offered(manifest('a.b/time')), offered(manifest('c.d/time'))]);
    expect(two.get('time')).toBeUndefined();
  });

  const other = manifest('a.b/time', '1.0.0', { digest: `sha256:${'b'.repeat(64)}` });
  const more = manifest('a.b/time', '1.0.0', { permissions: { network: { egress: ['a.example:443'] } } });

  it.each([
    ['another image', other],
    ['other rights', more],
  ])('takes no version that is there twice with %s', (_, twin) => {
    const sut = new Catalogue([offered(manifest('a.b/time')), offered(twin, 'trusted', 'second')]);
    expect(sut.all).toEqual([]);
    expect(sut.refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('also in second'),
      expect.stringContaining('also in starter'),
    ]);
  });

  it('takes the version of the source that is trusted more', () => {
    const sut = new Catalogue([
      offered(other, 'untrusted', 'third'),
      offered(more, 'trusted', 'second'),
      offered(manifest('a.b/time'), 'shipped'),
    ]);
    expect(sut.all.map(({ source }) => source)).toEqual(['starter']);
    expect(sut.refused.map(({ source }) => source)).toEqual(['second', 'third']);
  });

  it('takes the same thing from two sources once, and no harm comes of it', () => {
    const sut = new Catalogue([offered(manifest('a.b/time')), offered(manifest('a.b/time'), 'trusted', 'b')]);
    expect(sut.versions('a.b/time')).toEqual(['1.0.0']);
    expect(sut.refused).toEqual([]);
  });

  it('lets nobody untrusted go on with a name of others', () => {
    const sut = new Catalogue([
      offered(manifest('a.b/time', '9.0.0'), 'untrusted', 'third'),
      offered(manifest('a.b/time', '1.1.0'), 'trusted', 'second'),
      offered(manifest('a.b/time'), 'shipped'),
    ]);
    expect(sut.versions('a.b/time')).toEqual(['1.1.0', '1.0.0']);
    expect(sut.refused).toEqual([
      {
        ...{ source: 'third', name: 'a.b/time', version: '9.0.0' },
        reason: expect.stringContaining('belongs to the source starter') as string,
      },
    ]);
  });

  it('takes the more trusted of two that look alike', () => {
    const sut = new Catalogue([
      offered(manifest('io.example/fi1esystem'), 'trusted', 'second'),
      offered(files, 'shipped'),
    ]);
    expect(sut.all.map(({ manifest: { name } }) => name)).toEqual(['io.example/filesystem']);
    expect(sut.refused).toEqual([
      {
        ...{ source: 'second', name: 'io.example/fi1esystem', version: '1.0.0' },
        reason: expect.stringContaining('looks like') as string,
      },
    ]);
  });
});

describe(lookAlike.name, () => {
  it.each([
    ['io.example/filesystem', 'io.example/fi1esystem'],
    ['io.example/filesystem', 'io.example/filesystems'],
    ['io.example/filesystem', 'io.example/filesytsem'],
    ['io.example/filesystem', 'io.exarnple/filesystem'],
    ['io.example/filesystem', 'io.exampl/filesystem'],
    ['io.example/time-mcp', 'io.example/time_mcp'],
  ])('%s and %s', (a, b) => {
    expect(lookAlike(a, b)).toBe(true);
    expect(lookAlike(b, a)).toBe(true);
    const guard = new NameGuard();
    guard.add(a);
    expect(guard.likeness(b)).toBe(a);
  });

  it.each([
    ['io.example/filesystem', 'io.example/filesystem'],
    ['io.example/filesystem', 'io.example/memory'],
    ['io.example/git', 'io.example/gist'],
    ['io.one/time', 'io.other/time'],
  ])('not %s and %s', (a, b) => {
    expect(lookAlike(a, b)).toBe(false);
    const guard = new NameGuard();
    guard.add(a);
    expect(guard.likeness(b)).toBeUndefined();
  });
});
