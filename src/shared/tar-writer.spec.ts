import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describeWithGnuTar } from '../../test/support/gnu-tar';
import { FIXED_SECONDS } from './fixed-time';
import { TAR_END, type TarEntry, tarHeader, tarOfTexts, tarPadding } from './tar-writer';
import { TarWatch } from '../component-registry/packing/tar-watch';

const archive = (...entries: [TarEntry, string?][]): Buffer =>
  Buffer.concat([
    ...entries.flatMap(([entry, content = '']) => [
      tarHeader(entry),
      Buffer.from(content),
      tarPadding(Buffer.byteLength(content)),
    ]),
    TAR_END,
  ]);
const file = (path: string, content: string, mode = 0o644): [TarEntry, string] => [
  { path, type: 'file', mode, size: Buffer.byteLength(content) },
  content,
];
/** What the system's own tar reads. */
const listed = (tar: Buffer, ...flags: string[]): string[] =>
  execFileSync('tar', ['--list', '--quoting-style=literal', ...flags, '--file=-'], {
    input: tar,
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' },
  })
    .trimEnd()
    .split('\n');

const LONG_SPLIT = `${'folder/'.repeat(20)}file.js`;
const LONG_NAME = `a/${'n'.repeat(150)}.js`;
const LONG_PATH = `${'folder/'.repeat(40)}file.js`;

const described = describeWithGnuTar();

described(tarHeader.name, () => {
  it('is read by the system: kind, mode, owner, size, time, name', () => {
    const tar = archive(
      [{ path: 'app', type: 'directory', mode: 0o755, size: 0 }],
      file('app/run.js', 'hello', 0o755),
      [{ path: 'app/link', type: 'symlink', mode: 0o777, size: 0, target: 'run.js' }],
    );
    expect(
      listed(tar, '--verbose', '--numeric-owner', '--full-time').map((line) => line.replace(/ +/g, ' ')),
    ).toEqual([
      'drwxr-xr-x 0/0 0 1980-01-01 00:00:01 app/',
      '-rwxr-xr-x 0/0 5 1980-01-01 00:00:01 app/run.js',
      'lrwxrwxrwx 0/0 0 1980-01-01 00:00:01 app/link -> run.js',
    ]);
    expect(new Date(FIXED_SECONDS * 1_000).toISOString()).toBe('1980-01-01T00:00:01.000Z');
  });

  it("gives what is somebody's own to its owner", () => {
    const tar = archive([{ path: 'data', type: 'directory', mode: 0o755, size: 0, owner: 10_001 }]);
    expect(listed(tar, '--verbose', '--numeric-owner')[0]).toMatch(/^drwxr-xr-x 10001\/10001 /);
    const texts = tarOfTexts({ 'a.txt': 'Cześć!\n', b: '' }, 10_001);
    const lines = listed(texts, '--verbose', '--numeric-owner').map((line) => line.replace(/ +/g, ' '));
    expect(lines).toEqual([
      expect.stringMatching(/^-rw-r--r-- 10001\/10001 9 .* a\.txt$/),
      expect.stringMatching(/^-rw-r--r-- 10001\/10001 0 .* b$/),
    ]);
  });

  it.each([LONG_SPLIT, LONG_NAME, LONG_PATH, 'żółć/naïve 日本.js', 'a b/c\\d'])(
    'keeps the name %s',
    (path) => {
      expect(listed(archive(file(path, 'x'), file('after', 'y')))).toEqual([path, 'after']);
    },
  );

  it('keeps long targets and contents of every length', () => {
    const target = `../${'t'.repeat(200)}/ü`;
    const link: TarEntry = { path: 'l', type: 'symlink', mode: 0o777, size: 0, target };
    const contents = [0, 1, 511, 512, 513, 5_000].map((length) => 'z'.repeat(length));
    const tar = archive([link], ...contents.map((content, index) => file(`f${index}`, content)));
    expect(listed(tar, '--verbose')[0]).toContain(`l -> ${target}`);
    const all = execFileSync('tar', ['--extract', '--to-stdout', '--file=-'], { input: tar });
    expect(all.toString()).toBe(contents.join(''));
  });

  it('is read back by our own reader, in pieces of any size', () => {
    const names = [LONG_SPLIT, LONG_NAME, LONG_PATH, 'żółć', 'plain'];
    const tar = archive(...names.map((name, index) => file(name, 'c'.repeat(index * 300))));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), (step) => {
        const watch = new TarWatch();
        for (let at = 0; at < tar.length; at += step) watch.take(tar.subarray(at, at + step));
        expect([...watch.names]).toEqual(names);
      }),
      { numRuns: 30 },
    );
  });
});

described(TarWatch.name, () => {
  it('reads what the system writes, long names of GNU and all', () => {
    const tar = execFileSync(
      'tar',
      [
        '--create',
        '--format=gnu',
        '--transform',
        `s,.*,./${LONG_PATH},`,
        '--file=-',
        '--absolute-names',
        '/etc/hostname',
      ],
      { env: { ...process.env, LC_ALL: 'C' } },
    );
    const watch = new TarWatch();
    watch.take(tar);
    expect([...watch.names]).toEqual([LONG_PATH]);
  });

  it('refuses what is no archive', () => {
    expect(() => new TarWatch().take(Buffer.alloc(600, 'x'))).toThrow('no tar archive');
  });
});
