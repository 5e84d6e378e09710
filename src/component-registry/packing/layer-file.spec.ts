import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describeWithGnuTar } from '../../../test/support/gnu-tar';
import { digestOf } from '../../oci/content-digest';
import { tarOfFolder } from './folder-tar';
import { type LayerFile, writeLayer } from './layer-file';

describeWithGnuTar()(writeLayer.name, () => {
  let scratch: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'rdzen-layer-'));
  });
  afterEach(() => rmSync(scratch, { recursive: true, force: true }));

  /** The same files, made in another order, at another time, with other rights and owners. */
  const folder = (name: string, reversed: boolean): string => {
    const root = join(scratch, name);
    mkdirSync(join(root, 'b'), { recursive: true });
    const files = ['b/x.js', 'a.js', 'b.js', 'B', 'ä'];
    for (const file of reversed ? files.reverse() : files) {
      writeFileSync(join(root, file), `content of ${file}`, { mode: reversed ? 0o600 : 0o664 });
      utimesSync(join(root, file), reversed ? 1 : 2, reversed ? 1 : 2);
    }
    chmodSync(join(root, 'a.js'), reversed ? 0o700 : 0o755);
    symlinkSync('a.js', join(root, 'link'));
    return root;
  };
  const layer = (root: string, most = 10_000): Promise<LayerFile> =>
    writeLayer(tarOfFolder(root, { at: 'app', most, without: (path) => path === 'B' }), `${root}.tar.gz`);

  it('is the same for the same files, whenever and by whomever they were made', async () => {
    const [one, two] = [await layer(folder('one', false)), await layer(folder('two', true))];
    expect(two.digest).toBe(one.digest);
    expect(two.diffId).toBe(one.diffId);
    writeFileSync(join(scratch, 'two/a.js'), 'Content of a.js');
    expect((await layer(join(scratch, 'two'))).digest).not.toBe(one.digest);
  });

  it('says of itself what is so', async () => {
    const made = await layer(folder('one', false));
    const bytes = readFileSync(join(scratch, 'one.tar.gz'));
    expect(made).toMatchObject({
      digest: digestOf(bytes),
      diffId: digestOf(gunzipSync(bytes)),
      size: bytes.length,
    });
    // No time, no name, no system.
    expect(bytes.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
    const names = execFileSync('tar', ['-tzf', join(scratch, 'one.tar.gz'), '--quoting-style=literal'], {
      encoding: 'utf8',
    });
    expect(names.trim().split('\n')).toEqual([
      'app/',
      'app/a.js',
      'app/b/',
      'app/b/x.js',
      'app/b.js',
      'app/link',
      'app/ä',
    ]);
  });

  it('refuses more than a component may bring along', async () => {
    await expect(layer(folder('one', false), 20)).rejects.toMatchObject({ code: 'PACK_TOO_LARGE' });
  });

  (existsSync('/dev/full') ? it : it.skip)('says that the disk is full', async () => {
    await expect(
      writeLayer(tarOfFolder(folder('one', false), { at: 'app', most: 10_000 }), '/dev/full'),
    ).rejects.toMatchObject({
      code: 'PACK_DISK_FULL',
      message: expect.stringContaining('TMPDIR'),
    });
  });
});
