import { billOfMaterials } from './bill-of-materials';
import { lookUp, readLock } from './lock-file';

const SUM = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
const lock = (packages: object, lockfileVersion = 3): string =>
  JSON.stringify({ lockfileVersion, packages: { '': { name: 'component' }, ...packages } });
const GOOD = lock({
  'node_modules/server': { version: '1.0.0', integrity: SUM, license: 'MIT', dependencies: { '@s/a': '1' } },
  'node_modules/@s/a': {
    version: '1.0.0',
    integrity: SUM,
    license: '(MIT OR X)',
    dependencies: { b: '1', gone: '1' },
  },
  'node_modules/@s/a/node_modules/b': { version: '2.0.0', integrity: SUM, hasInstallScript: true },
  'node_modules/b': { version: '1.0.0', integrity: SUM, optional: true },
  'node_modules/b/node_modules/c': { version: '1.0.0', inBundle: true },
});

describe(readLock.name, () => {
  it('reads every package, by its path', () => {
    expect(readLock(GOOD, 'x').map(({ path, name }) => [path, name])).toEqual([
      ['node_modules/@s/a', '@s/a'],
      ['node_modules/@s/a/node_modules/b', 'b'],
      ['node_modules/b', 'b'],
      ['node_modules/b/node_modules/c', 'c'],
      ['node_modules/server', 'server'],
    ]);
  });

  it.each([
    ['git', lock({ 'node_modules/a': { version: '1.0.0', resolved: 'git+ssh://x' } }), 'a come from where'],
    ['a folder', lock({ 'node_modules/a': { link: true, integrity: SUM } }), 'a come from where'],
    ['an old lock', lock({}, 1), 'a lock of version 1'],
  ])('refuses %s', (_, text, words) => {
    expect(() => readLock(text, 'x@1')).toThrow(
      expect.objectContaining({ code: 'PACK_NOT_LOCKED', message: expect.stringContaining(words) }) as Error,
    );
  });

  it('finds what a name means to a package, as Node does', () => {
    const byPath = new Map(readLock(GOOD, 'x').map((each) => [each.path, each]));
    expect(lookUp(byPath, 'node_modules/@s/a', 'b')?.version).toBe('2.0.0');
    expect(lookUp(byPath, 'node_modules/server', 'b')?.version).toBe('1.0.0');
    expect(lookUp(byPath, 'node_modules/@s/a/node_modules/b', '@s/a')?.version).toBe('1.0.0');
    expect(lookUp(byPath, 'node_modules/server', 'none')).toBeUndefined();
  });
});

describe(billOfMaterials.name, () => {
  interface Bill {
    metadata: { component: object };
    components: { purl: string; scope: string }[];
    dependencies: object[];
  }
  const bill = JSON.parse(billOfMaterials({ name: 'server', version: '1.0.0' }, readLock(GOOD, 'x'))) as Bill;

  it('names what is inside, with licence and sum, and nothing of the day it was made', () => {
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 });
    expect(bill.metadata.component).toMatchObject({ name: 'server', type: 'application' });
    expect(JSON.stringify(bill)).not.toMatch(/timestamp|serialNumber/);
    expect(bill.components.map(({ purl }) => purl)).toEqual([
      'pkg:npm/%40s/a@1.0.0',
      'pkg:npm/b@2.0.0',
      'pkg:npm/b@1.0.0',
      'pkg:npm/c@1.0.0',
    ]);
    expect(bill.components[0]).toMatchObject({
      licenses: [{ expression: '(MIT OR X)' }],
      hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }],
    });
    expect(bill.components[2]?.scope).toBe('optional');
  });

  it('tells who needs whom', () => {
    expect(bill.dependencies).toContainEqual({
      ref: 'pkg:npm/%40s/a@1.0.0',
      dependsOn: ['pkg:npm/b@2.0.0'],
    });
    expect(bill.dependencies).toContainEqual({
      ref: 'pkg:npm/server@1.0.0',
      dependsOn: ['pkg:npm/%40s/a@1.0.0'],
    });
  });
});
