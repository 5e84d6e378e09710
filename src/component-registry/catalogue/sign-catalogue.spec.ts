import { generateKeyPairSync } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readEntry } from './catalogue-entry';
import { signCatalogue, SigningRefused } from './sign-catalogue';
import { signCommand } from './sign-command';
import { publicKeyText } from './signature';

const pem = (type: 'ed25519' | 'ed448'): string =>
  (type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ed448')).privateKey
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();

describe(signCatalogue.name, () => {
  let folder: string;
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rdzen-sign-'));
    cpSync(resolve('test/support/catalogue/hostile'), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('signs every entry, so that the key beside them opens them, and leaves nothing else', async () => {
    const key = pem('ed25519');
    const { publicKey, signed } = await signCatalogue(folder, key);
    expect(publicKey).toBe(publicKeyText(key));
    expect(read('public-key.txt')).toBe(`${publicKey}\n`);
    expect(signed).toEqual(['bomb', 'evil-egress', 'rug-pull'].map((name) => `io.rdzen.test/${name} 1.0.0`));
    expect(readdirSync(folder).sort()).toEqual([
      ...['bomb.json', 'evil-egress.json', 'public-key.txt', 'rug-pull.json'],
    ]);
    const source = { name: 'tests', trust: 'trusted' as const, publicKey };
    expect(readEntry(read('bomb.json'), source)).toMatchObject({ signed: true, reviewer: 'Tests' });
  });

  it('makes a key of its own each time, and signs anew what was signed', async () => {
    const { publicKey: first } = await signCatalogue(folder);
    const { publicKey: second } = await signCatalogue(folder);
    expect(second).not.toBe(first);
    const entry = (publicKey: string) =>
      readEntry(read('bomb.json'), { name: 'tests', trust: 'trusted', publicKey });
    expect(entry(second)).toHaveProperty('manifest');
    expect(entry(first)).toHaveProperty('reason');
    for (const name of readdirSync(folder)) expect(read(name)).not.toContain('PRIVATE');
  });

  it.each<[string, (folder: string) => void, RegExp]>([
    [
      'a manifest that is wrong',
      (at) => writeFileSync(join(at, 'a.json'), '{"manifest": {"name": "a"}}'),
      /a\.json: description is missing/,
    ],
    ['no JSON', (at) => writeFileSync(join(at, 'a.json'), '{'), /a\.json cannot be read/],
    ['a version twice', (at) => cpSync(join(at, 'bomb.json'), join(at, 'c.json')), /given once/],
    [
      'a field of its own',
      (at) => writeFileSync(join(at, 'a.json'), '{"manifest": {}, "sig": 1}'),
      /has the field sig/,
    ],
    ['no entry', (at) => readdirSync(at).forEach((name) => rmSync(join(at, name))), /holds no entry/],
  ])('signs nothing where there is %s', async (_, change, words) => {
    change(folder);
    const before = readdirSync(folder).map((name) => [name, read(name)]);
    await expect(signCatalogue(folder)).rejects.toThrow(words);
    expect(readdirSync(folder).map((name) => [name, read(name)])).toEqual(before);
  });

  it.each([
    ['no key', 'hello'],
    ['a key of another kind', pem('ed448')],
  ])('refuses %s', async (_, key) => {
    await expect(signCatalogue(folder, key)).rejects.toThrow(SigningRefused);
    expect(readdirSync(folder)).not.toContain('public-key.txt');
  });

  it('is a command that takes a key from a file, or makes one and says that it is gone', async () => {
    const file = join(folder, 'release.pem');
    writeFileSync(file, pem('ed25519'));
    expect(await signCommand([folder, '--key', file])).toContain(
      `public key: ${read('public-key.txt').trim()}`,
    );
    expect(await signCommand([folder, '--new-key'])).toContain('private key was thrown away');
    await expect(signCommand([folder, '--key', `${file}x`])).rejects.toThrow(/cannot be read/);
    await expect(signCommand([folder])).rejects.toThrow(/takes: FOLDER/);
    await expect(signCommand([folder, '--new-key', 'x'])).rejects.toThrow(/takes: FOLDER/);
  });
});
