import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tarOfTexts } from '../../../src/shared/tar-writer';
import { type GuardRig, IMAGE, missing, startGuardRig } from './support/guard-rig';
import { type Answered, rawCall } from './support/raw-call';

const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED docker-guard archive: ${missing}\n`);

const RUN = { 'rdzen.run': 'r1' };
const TAR = { 'Content-Type': 'application/x-tar' };

suite('docker-guard: files into and out of a container, judged by the state of the engine', () => {
  let rig: GuardRig;
  let ours: string;
  let core: string;
  let folder: string;
  beforeAll(async () => {
    rig = await startGuardRig({ RDZEN_GUARD_ARCHIVE_MB: '1' });
    folder = mkdtempSync(join(tmpdir(), 'rdzen-guard-archive-'));
    await rig.guarded.createVolume({ Name: rig.name('kept'), Driver: 'local' });
    await rig.direct.createVolume({ Name: rig.name('others'), Driver: 'local' });
    const mounts = [
      { Type: 'volume', Source: rig.name('kept'), Target: '/tmp/fixtures' },
      { Type: 'volume', Source: rig.name('others'), Target: '/data' },
    ] as const;
    const HostConfig = { ReadonlyRootfs: true, Mounts: [...mounts] };
    ours = (await rig.container('ours', { Labels: RUN, HostConfig })).id;
    core = (await rig.container('core', { HostConfig })).id;
  }, 60_000);
  afterAll(async () => {
    await rig.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const put = (
    id: string,
    path: string,
    tar: Buffer,
    headers: Record<string, string> = TAR,
  ): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const url = `/containers/${id}/archive?path=${path}`;
      const call = request({ socketPath: rig.socket, method: 'PUT', path: url, agent: false, headers });
      call.on('response', (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      call.on('error', reject);
      call.end(tar);
    });
  /** As another container sees it. */
  const seen = (): string =>
    execFileSync(
      'docker',
      [
        'run',
        '--rm',
        '-v',
        `${rig.name('kept')}:/k`,
        IMAGE,
        '/bin/busybox',
        'sh',
        '-c',
        'ls -lnA /k; cat /k/a.txt',
      ],
      { encoding: 'utf8' },
    );
  const packed = (...flags: string[]): Buffer =>
    execFileSync('tar', ['-C', folder, '--format=posix', ...flags, '-cf', '-', '.'], { maxBuffer: 2 ** 24 });

  it('takes plain files for a volume of ours, and gives them back', async () => {
    expect(await put(ours, '/tmp/fixtures', tarOfTexts({ 'a.txt': 'hello' }, 10_001))).toMatchObject({
      status: 200,
    });
    expect(seen()).toMatch(/-rw-r--r--\s+1 10001\s+10001 .*a\.txt\nhello/);
    const back = await rawCall(rig.socket, 'GET', `/containers/${ours}/archive?path=/tmp/fixtures/.`);
    expect([back.status, back.text.includes('hello')]).toEqual([200, true]);
  });

  it.each([
    ['a place that is no mount', () => ours, '/etc'],
    ['the root', () => ours, '/'],
    ['below the mount', () => ours, '/tmp/fixtures/x'],
    ['a volume of others', () => ours, '/data'],
    ['a container that Rdzen did not make', () => core, '/tmp/fixtures'],
  ])('refuses %s', async (_, id, path) => {
    expect(await put(id(), path, tarOfTexts({ evil: 'x' }, 0))).toMatchObject({ status: 403 });
    const read = await rawCall(rig.socket, 'GET', `/containers/${id()}/archive?path=${path}`);
    expect(read.status).toBe(403);
    expect(seen()).not.toContain('evil');
  });

  it('refuses links, setuid and what is too large, and nothing of them is there', async () => {
    symlinkSync('/etc/passwd', join(folder, 'evil-link'));
    expect(await put(ours, '/tmp/fixtures', packed())).toMatchObject({
      status: 403,
      text: expect.stringContaining('archive.content') as string,
    });
    rmSync(join(folder, 'evil-link'));
    writeFileSync(join(folder, 'evil-root'), 'x', { mode: 0o755 });
    expect((await put(ours, '/tmp/fixtures', packed('--mode=u+s'))).status).toBe(403);
    const large = tarOfTexts({ 'evil-large': 'x'.repeat(2 ** 20) }, 10_001);
    await put(ours, '/tmp/fixtures', large).then(
      ({ status }) => expect(status).toBe(403),
      (error: { code?: string }) => expect(error.code).toMatch(/EPIPE|ECONNRESET/),
    );
    expect(seen()).not.toMatch(/evil/);
  });

  it('refuses what is no tar, or is compressed', async () => {
    const tar = tarOfTexts({ evil: 'x' }, 10_001);
    expect((await put(ours, '/tmp/fixtures', tar, { 'Content-Type': 'application/json' })).status).toBe(400);
    expect((await put(ours, '/tmp/fixtures', tar, { ...TAR, 'Content-Encoding': 'gzip' })).status).toBe(400);
    const zipped = execFileSync('gzip', ['-c'], { input: tar });
    expect((await put(ours, '/tmp/fixtures', zipped)).status).toBe(403);
    expect(seen()).not.toContain('evil');
  });
});
