import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describeWithGnuTar } from '../../test/support/gnu-tar';
import { TAR_END, type TarEntry, tarHeader, tarOfTexts, tarPadding } from '../shared/tar-writer';
import { TarGate } from './tar-gate';

const MOST = 2 ** 20;
const entry = (more: Partial<TarEntry> = {}): TarEntry => ({
  ...{ path: 'a', type: 'file', mode: 0o644, size: 0, owner: 10_001 },
  ...more,
});
const archive = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, TAR_END]);
/** In pieces, as they come from a socket. */
const through = (tar: Buffer, piece = 1_000): Promise<Buffer> => {
  const pieces = Array.from({ length: Math.ceil(tar.length / piece) }, (_, at) =>
    tar.subarray(at * piece, (at + 1) * piece),
  );
  const gate = new TarGate(MOST);
  const source = Readable.from(pieces);
  source.on('error', () => undefined);
  return buffer(source.pipe(gate));
};
/** With another value in a field, and the sum that belongs to it. */
function altered(header: Buffer, at: number, value: string): Buffer {
  const block = Buffer.from(header);
  block.write(value, at, 'latin1');
  block.write(' '.repeat(8), 148, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
const pax = (text: string): Buffer => {
  const body = Buffer.from(text);
  const head = altered(tarHeader(entry({ size: body.length })), 156, 'x');
  return Buffer.concat([head, body, tarPadding(body.length)]);
};

describe(TarGate.name, () => {
  it.each([1, 7, 512, 513, 100_000])(
    'lets plain files through as they are, in pieces of %d',
    async (piece) => {
      const tar = tarOfTexts(
        { 'a.txt': 'Cześć!', [`${'long/'.repeat(60)}żółć.txt`]: 'x'.repeat(700), empty: '' },
        10_001,
      );
      expect(await through(tar, piece)).toEqual(tar);
    },
  );

  it('lets folders through, and the place itself', async () => {
    const tar = archive(
      tarHeader(entry({ path: '.', type: 'directory', mode: 0o755 })),
      tarHeader(entry({ path: './notes', type: 'directory', mode: 0o700 })),
    );
    expect(await through(tar)).toEqual(tar);
  });

  it.each<[string, Buffer]>([
    ['a symbolic link', tarHeader(entry({ type: 'symlink', target: '/etc/passwd' }))],
    ['a hard link', altered(tarHeader(entry()), 156, '1')],
    ['a character device', altered(tarHeader(entry()), 156, '3')],
    ['a block device', altered(tarHeader(entry()), 156, '4')],
    ['a fifo', altered(tarHeader(entry()), 156, '6')],
    ['a description of all files', altered(tarHeader(entry()), 156, 'g')],
    ["GNU's long name", altered(tarHeader(entry()), 156, 'L')],
    ["GNU's form", altered(tarHeader(entry()), 257, 'ustar  \0')],
    ['a file that links', altered(tarHeader(entry()), 157, '/etc')],
    ['a way up', tarHeader(entry({ path: '../a' }))],
    ['a way up in the middle', tarHeader(entry({ path: 'a/../../b' }))],
    ['a way up by its prefix', altered(tarHeader(entry()), 345, '..')],
    ['a path from the root', tarHeader(entry({ path: '/etc/passwd' }))],
    ['setuid', tarHeader(entry({ mode: 0o4755 }))],
    ['setgid', tarHeader(entry({ mode: 0o2755 }))],
    ['a folder with content', tarHeader(entry({ type: 'directory', size: 512 }))],
    ['a file named like a folder', tarHeader(entry({ path: 'a/' }))],
    ['no name', tarHeader(entry({ path: '' }))],
    ['a size in base 256', altered(tarHeader(entry()), 124, '\x80\0\0\0\0\0\0\0\0\0\0\x01')],
    ['a wrong sum', Buffer.from(tarHeader(entry())).fill('7', 100, 104)],
    ['attributes', Buffer.concat([pax('30 SCHILY.xattr.user.a=123456\n'), tarHeader(entry())])],
    ['a target in a description', Buffer.concat([pax('17 linkpath=/etc\n'), tarHeader(entry())])],
    ['a way up in a description', Buffer.concat([pax('13 path=../a\n'), tarHeader(entry())])],
    ['a wrong length in a description', Buffer.concat([pax('99 path=a\n'), tarHeader(entry())])],
    ['two names in a description', Buffer.concat([pax('10 path=a\n10 path=b\n'), tarHeader(entry())])],
    ['two descriptions', Buffer.concat([pax('10 path=a\n'), pax('10 path=b\n'), tarHeader(entry())])],
    ['a description of nothing', pax('10 path=a\n')],
    ['gzip', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(600)])],
  ])('refuses %s', async (_, tar) => {
    await expect(through(archive(tar))).rejects.toThrow();
  });

  it('refuses what is cut off, what stands behind the end, and what is too large', async () => {
    const tar = tarOfTexts({ a: 'x'.repeat(1_000) }, 10_001);
    await expect(through(tar.subarray(0, 1_024))).rejects.toThrow('cut off');
    await expect(through(tar.subarray(0, 1_100))).rejects.toThrow('cut off');
    await expect(through(Buffer.concat([tar, tarHeader(entry())]))).rejects.toThrow('behind its end');
    await expect(through(tarOfTexts({ a: 'x'.repeat(MOST) }, 1))).rejects.toThrow('more than');
  });

  it('passes nothing on but what it has judged, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), fc.nat(2_000), async (bytes, at) => {
        const tar = Buffer.from(tarOfTexts({ a: 'x'.repeat(600) }, 1));
        Buffer.from(bytes).copy(tar, Math.min(at, tar.length - 1));
        await through(tar, 100).then(
          (out) => expect(out).toEqual(tar),
          (error: unknown) => expect(error).toBeInstanceOf(Error),
        );
      }),
    );
  });
});

describeWithGnuTar()(`${TarGate.name} and the archives of others`, () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rdzen-gate-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const tar = (...flags: string[]): Buffer =>
    execFileSync('tar', ['-C', folder, '--format=posix', ...flags, '-cf', '-', '.'], { maxBuffer: 2 ** 24 });

  it('takes that of a folder, and not one with a link', async () => {
    mkdirSync(join(folder, 'n'.repeat(120)));
    writeFileSync(join(folder, 'n'.repeat(120), 'zażółć'), 'x'.repeat(5_000));
    const whole = tar();
    expect((await through(whole)).equals(whole)).toBe(true);
    symlinkSync('/etc/passwd', join(folder, 'link'));
    await expect(through(tar())).rejects.toThrow('a link');
  });
});
