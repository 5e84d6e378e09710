import { generateKeyPairSync } from 'node:crypto';
import { type Manifest, PUBLISHER } from '../manifest/manifest';
import { Catalogue } from './catalogue';
import { type CatalogueEntry, type CatalogueSource, readEntry, type Trust } from './catalogue-entry';
import { lookAlike } from './look-alike';
import { isSignedBy, publicKeyText, signatureOf } from './signature';

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
const offered = (given: Manifest, trust: Trust = 'official', source = 'starter'): CatalogueEntry => ({
  manifest: given,
  source,
  trust,
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
  const source: CatalogueSource = { name: 'starter', trust: 'official', publicKey: publicKeyText(key) };
  const entry = { manifest: manifest('a.b/time'), reviewer: 'Ada' };
  const text = (value: object, signature = signatureOf(value, key)): string =>
    JSON.stringify({ ...value, signature });

  it('takes what is signed by its source', () => {
    expect(readEntry(text(entry), source)).toEqual({
      manifest: entry.manifest,
      source: 'starter',
      trust: 'official',
      reviewer: 'Ada',
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
  ])('refuses %s', (_, given, reason) => {
    expect(readEntry(given, source)).toMatchObject({
      source: 'starter',
      reason: expect.stringMatching(reason) as string,
    });
  });

  it('takes unsigned ones only from a source that is known for it', () => {
    const unsigned = JSON.stringify(entry);
    expect(readEntry(unsigned, { name: 'mine', trust: 'unsigned' })).toMatchObject({ trust: 'unsigned' });
    expect(readEntry(unsigned, { name: 'mine', trust: 'reviewed' })).toMatchObject({
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

  it('takes no version that is there twice with different images', () => {
    const other = manifest('a.b/time', '1.0.0', { digest: `sha256:${'b'.repeat(64)}` });
    const sut = new Catalogue([offered(manifest('a.b/time')), offered(other, 'reviewed', 'second')]);
    expect(sut.all).toEqual([]);
    expect(sut.refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('also in second'),
      expect.stringContaining('also in starter'),
    ]);
  });

  it('takes the more trusted of two that look alike', () => {
    const sut = new Catalogue([
      offered(manifest('io.example/fi1esystem'), 'reviewed', 'second'),
      offered(files, 'official'),
    ]);
    expect(sut.all.map(({ manifest: { name } }) => name)).toEqual(['io.example/filesystem']);
    expect(sut.refused).toEqual([
      {
        source: 'second',
        name: 'io.example/fi1esystem',
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
  });

  it.each([
    ['io.example/filesystem', 'io.example/filesystem'],
    ['io.example/filesystem', 'io.example/memory'],
    ['io.example/git', 'io.example/gist'],
    ['io.one/time', 'io.other/time'],
  ])('not %s and %s', (a, b) => {
    expect(lookAlike(a, b)).toBe(false);
  });
});
