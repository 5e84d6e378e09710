import { readSourceList } from './source-list';

const KEY = Buffer.alloc(32, 1).toString('base64');
const GOOD = {
  name: 'acme',
  kind: 'https',
  location: 'https://acme.example/c.json',
  trust: 'trusted',
  publicKey: KEY,
};
const list = (...sources: unknown[]) => readSourceList(JSON.stringify({ sources }));

describe(readSourceList.name, () => {
  it('is the shipped one alone where there is no file, and can do without it', () => {
    expect(readSourceList(undefined)).toEqual({ shipped: true, sources: [], wrong: [] });
    expect(readSourceList('{"shipped": false}')).toMatchObject({ shipped: false, sources: [] });
  });

  it.each([
    GOOD,
    { name: 'local', kind: 'folder', location: '/srv/catalogue', trust: 'untrusted' },
    {
      name: 'mirror',
      kind: 'https',
      location: 'http://127.0.0.1:8080/c.json',
      trust: 'untrusted',
      publicKey: KEY,
    },
    { name: 'images', kind: 'oci', location: '127.0.0.1:5001/catalogue:1', trust: 'trusted', publicKey: KEY },
  ])('takes %j', (source) => {
    expect(list(source)).toEqual({ shipped: true, sources: [source], wrong: [] });
  });

  it.each<[string, object, RegExp]>([
    ['a name nobody can write', { name: 'Acme Corp' }, /small letters/],
    ['the name of the shipped one', { name: 'shipped' }, /name is taken/],
    ['another kind', { kind: 'git' }, /folder, https, oci/],
    ['a trust that is not given away', { trust: 'shipped' }, /"trusted" or "untrusted"/],
    ['trust without a key', { publicKey: undefined }, /needs a publicKey/],
    ['a key that is none', { publicKey: 'c2hvcnQ=' }, /not an Ed25519 key/],
    ['an address without TLS', { location: 'http://acme.example/c.json' }, /begins with https/],
    ['an address with a password', { location: 'https://a:b@acme.example/c.json' }, /user name or password/],
    ['a relative folder', { kind: 'folder', location: 'catalogue' }, /absolute path/],
    [
      'a repository without a tag',
      { kind: 'oci', location: 'acme.example/c' },
      /a registry, a repository and a tag/,
    ],
    ['no location', { location: '' }, /no location/],
    ['a field that is misspelt', { publickey: KEY }, /It has no "publickey"/],
  ])('leaves out one with %s, and uses the others', (_, change, words) => {
    const { sources, wrong } = list({ ...GOOD, name: 'wrong', ...change }, GOOD);
    expect(sources).toEqual([GOOD]);
    expect(wrong).toEqual([{ name: expect.any(String), problem: expect.stringMatching(words) as string }]);
  });

  it('takes a name once', () => {
    expect(list(GOOD, GOOD)).toMatchObject({ sources: [GOOD], wrong: [{ name: 'acme' }] });
  });

  it.each([
    ['{', /no JSON/],
    ['[]', /no object/],
    ['{"sourses": []}', /no "sourses"/],
    ['{"shipped": "no"}', /neither true nor false/],
    ['{"sources": {}}', /no list/],
    [JSON.stringify({ sources: Array.from({ length: 21 }, () => GOOD) }), /more than 20/],
  ])('says why nothing of %s is used', (text, words) => {
    const { sources, problem } = readSourceList(text);
    expect(sources).toEqual([]);
    expect(problem).toMatch(words);
  });
});
