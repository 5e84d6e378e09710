import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageBinding } from '../manifest/complete-manifest';
import { ImageBindings } from './image-bindings';

const BINDING: ImageBinding = {
  component: 'io.example/time',
  version: '1.0.6',
  repository: '127.0.0.1:5001/rdzen/time',
  digest: `sha256:${'c'.repeat(64)}`,
  integrity: `sha512-${'A'.repeat(86)}==`,
  packedAt: '2026-01-01T00:00:00.000Z',
  packedBy: 'cli',
};

describe(ImageBindings.name, () => {
  let folder: string;
  let sut: ImageBindings;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rdzen-bindings-'));
    sut = new ImageBindings(join(folder, 'images'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives back what was packed last, also to another process, and to nobody but the component and version', async () => {
    await sut.record(BINDING);
    const again = { ...BINDING, digest: `sha256:${'d'.repeat(64)}`, packedBy: 'api:abc' };
    await sut.record(again);
    expect(await new ImageBindings(join(folder, 'images')).of('io.example/time', '1.0.6')).toEqual(again);
    expect(await sut.of('io.example/time', '1.0.7')).toBeUndefined();
    expect(await sut.of('io.other/time', '1.0.6')).toBeUndefined();
    const [file = ''] = readdirSync(join(folder, 'images'));
    expect(statSync(join(folder, 'images', file)).mode & 0o777).toBe(0o600);
  });

  it.each<[keyof ImageBinding, string]>([
    ['component', '../../etc'],
    ['version', 'latest'],
    ['repository', 'time'],
    ['digest', 'sha256:abc'],
    ['integrity', 'sha1-abc'],
    ['packedAt', 'yesterday'],
    ['packedBy', 'a b'],
  ])('takes no wrong %s', async (field, value) => {
    await expect(sut.record({ ...BINDING, [field]: value })).rejects.toThrow(`The ${field} of a binding`);
  });

  it('does not believe a file that holds something else', async () => {
    await sut.record(BINDING);
    const [file = ''] = readdirSync(join(folder, 'images'));
    for (const text of [
      '{',
      'null',
      JSON.stringify({ ...BINDING, digest: 'latest' }),
      JSON.stringify({ ...BINDING, version: '2.0.0' }),
    ]) {
      writeFileSync(join(folder, 'images', file), text);
      expect(await sut.of('io.example/time', '1.0.6')).toBeUndefined();
    }
  });
});
