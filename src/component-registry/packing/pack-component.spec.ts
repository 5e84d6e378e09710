import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fakeNpm } from '../../../test/support/packing/fake-npm';
import { ARCHITECTURE, PackBench } from '../../../test/support/packing/pack-bench';
import { digestOf } from '../../oci/content-digest';
import { lintManifest } from '../manifest/lint-manifest';
import { packComponent } from './pack-component';
import { packReport } from './pack-report';

describe(packComponent.name, () => {
  let bench: PackBench;
  beforeEach(async () => {
    bench = await PackBench.started();
  });
  afterEach(() => bench.stop());

  it('gives the same digest for the same, in whatever folder', async () => {
    const [first, second] = [await bench.pack(), await bench.pack()];
    expect(second.digest).toBe(first.digest);
    expect(second.pushed).toBeUndefined();
    bench.makeBase('another');
    expect((await bench.pack()).digest).not.toBe(first.digest);
  });

  it('makes an image that runs as nobody, and says what it is', async () => {
    const to = `${bench.registry.host}/tools/tool`;
    const packed = await bench.pack('--to', to);
    expect(bench.registry.repository('tools/tool').tags.get('1.2.3')).toBe(packed.digest);
    const { manifest, config } = bench.stored('tools/tool', packed.digest);
    expect(config).toMatchObject({
      os: 'linux',
      architecture: ARCHITECTURE,
      created: '1980-01-01T00:00:01Z',
    });
    expect(config.config).toEqual({
      User: '10001:10001',
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'NODE_ENV=production'],
      Entrypoint: ['node', '/app/node_modules/tool-server/dist/run.js'],
      WorkingDir: '/app',
      Labels: {
        'io.modelcontextprotocol.server.name': 'io.github.someone/tool',
        'org.opencontainers.image.title': 'tool-server',
        'org.opencontainers.image.description': 'Does something.',
        'org.opencontainers.image.version': '1.2.3',
        'org.opencontainers.image.created': '1980-01-01T00:00:01Z',
        'org.opencontainers.image.source': 'https://github.com/someone/tool',
        'org.opencontainers.image.licenses': 'MIT',
        'rdzen.sbom': '/app/sbom.cdx.json',
        'rdzen.sbom.digest': packed.sbomDigest,
      },
    });
    const layer = bench.registry
      .repository('tools/tool')
      .blobs.get(manifest.layers[1]?.digest ?? '') as Buffer;
    const tar = (...args: string[]): Buffer => execFileSync('tar', ['-z', ...args, '-f-'], { input: layer });
    const names = tar('-t').toString().trim().split('\n');
    expect(names).toContain('app/node_modules/library/index.js');
    expect(names).toContain('app/package-lock.json');
    expect(names.join()).not.toContain('.package-lock.json,');
    expect(names).not.toContain('app/node_modules/.package-lock.json');
    expect(digestOf(tar('-x', '-O', 'app/sbom.cdx.json'))).toBe(packed.sbomDigest);
    expect(packed).toMatchObject({ packages: 2, withScripts: ['library'] });
  });

  it('lays the folder of its data into the image, its own, and gives the same digest again', async () => {
    const to = `${bench.registry.host}/tools/tool`;
    const packed = await bench.pack('--to', to, '--state', '/data/kept');
    const { manifest, config } = bench.stored('tools/tool', packed.digest);
    const layer = bench.registry
      .repository('tools/tool')
      .blobs.get(manifest.layers[1]?.digest ?? '') as Buffer;
    const listed = execFileSync('tar', ['-tzv', '--numeric-owner', '-f-'], {
      input: layer,
      encoding: 'utf8',
    });
    expect(listed).toMatch(/^drwxr-xr-x 0\/0 .* data\/$/m);
    expect(listed).toMatch(/^drwxr-xr-x 10001\/10001 .* data\/kept\/$/m);
    expect(config.config?.Labels?.['rdzen.state']).toBe('/data/kept');
    expect((await bench.pack('--state', '/data/kept')).digest).toBe(packed.digest);
    expect((await bench.pack()).digest).not.toBe(packed.digest);
    expect(packReport(packed)).toContain('"path": "/data/kept"');
  });

  it('has npm run no script, and leave no address of a registry', async () => {
    await bench.pack();
    const asked = JSON.parse(readFileSync(join(bench.scratch, 'npm/asked.json'), 'utf8')) as string[];
    expect(asked[0]).toBe('install');
    for (const flag of ['--ignore-scripts', '--omit=dev', '--omit-lockfile-registry-resolved=true'])
      expect(asked).toContain(flag);
    expect(asked.join(' ')).not.toMatch(/registry=|https?:/);
  });

  it('writes the lock, and packs by it', async () => {
    const lock = join(bench.scratch, 'tool.lock');
    const first = await bench.pack('--lock', lock);
    expect(existsSync(lock)).toBe(true);
    expect((await bench.pack('--lock', lock)).digest).toBe(first.digest);
    expect(JSON.parse(readFileSync(join(bench.scratch, 'npm/asked.json'), 'utf8'))[0]).toBe('ci');
  });

  it('says what npm could not do, what cannot be pinned, and that there is no npm', async () => {
    bench.tools = {
      ...bench.tools,
      npm: fakeNpm(join(bench.scratch, 'npm'), { code: 1, says: 'npm error code E404' }),
    };
    await expect(bench.pack()).rejects.toMatchObject({ code: 'PACK_PACKAGE_NOT_FOUND' });
    bench.tools = {
      ...bench.tools,
      npm: fakeNpm(join(bench.scratch, 'npm'), { more: { 'node_modules/x': { resolved: 'git+ssh://a/b' } } }),
    };
    await expect(bench.pack()).rejects.toMatchObject({ code: 'PACK_NOT_LOCKED' });
    bench.tools = { ...bench.tools, npm: undefined };
    await expect(bench.pack()).rejects.toMatchObject({ code: 'PACK_NPM_MISSING' });
    bench.tools = {
      ...bench.tools,
      npm: fakeNpm(join(bench.scratch, 'npm'), { code: 1, says: 'npm error code ERESOLVE' }),
    };
    await expect(bench.pack()).rejects.toMatchObject({ code: 'PACK_NPM_FAILED' });
  });

  it('leaves nothing behind, also when it is interrupted', async () => {
    const { TMPDIR } = process.env;
    process.env['TMPDIR'] = bench.scratch;
    const stop = new AbortController();
    const say = (text: string): void => {
      if (text.startsWith('reading the base')) stop.abort(new Error('interrupted'));
    };
    try {
      await bench.pack();
      bench.tools = { ...bench.tools, signal: stop.signal, say };
      await expect(bench.pack('--to', `${bench.registry.host}/tool`)).rejects.toThrow('interrupted');
      expect(readdirSync(bench.scratch).sort()).toEqual(['base.tar', 'npm', 'root']);
    } finally {
      if (TMPDIR === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = TMPDIR;
    }
  });

  it('begins a manifest that lint takes but for what only a person can say', async () => {
    const packed = await bench.pack('--to', `${bench.registry.host}/tools/tool`);
    const report = packReport(packed);
    for (const words of [packed.digest, 'licence: MIT', 'MB compressed', 'install scripts of library'])
      expect(report).toContain(words);
    const text = report.slice(report.indexOf('{'));
    expect(lintManifest(text).problems.map(({ path, wrong }) => [path.split('/').at(-1), wrong])).toEqual([
      ['tools', 'it names no tool'],
      ['intents', 'it does not say what it is good for'],
      ['examples', 'no sentence of a person who needs it'],
    ]);
    const filled = text.replace('"tools": []', '"tools": [{"name": "t", "effect": "read"}]');
    expect(lintManifest(filled).manifest).toMatchObject({ name: 'io.github.someone/tool', version: '1.2.3' });
    expect(packReport({ ...packed, pushed: undefined })).toContain('127.0.0.1:5001/tool-server:1.2.3');
  });
});
