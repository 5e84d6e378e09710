import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pushSmall, smallImage } from '../../../test/contract/registry/small-image';
import { fakeNpm } from '../../../test/support/packing/fake-npm';
import { FakeRegistry } from '../../../test/support/fakes/fake-registry/fake-registry';
import { digestOf } from '../../oci/content-digest';
import type { ImageConfig, ImageManifest } from '../../oci/image-documents';
import { DOCKER_MANIFEST, OCI_INDEX } from '../../oci/media-types';
import { RegistryClient } from '../../oci/registry-client';
import { SystemClock } from '../../shared/system-clock';
import { lintManifest } from '../manifest/lint-manifest';
import { parsePackArguments } from './pack-arguments';
import { packComponent, type Packed, type PackTools } from './pack-component';
import { packReport } from './pack-report';

const clock = new SystemClock();
const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

describe(packComponent.name, () => {
  let registry: FakeRegistry;
  let client: RegistryClient;
  let scratch: string;
  let base: string;
  let tools: PackTools;

  beforeEach(async () => {
    registry = await FakeRegistry.started();
    client = new RegistryClient({ clock });
    scratch = mkdtempSync(join(tmpdir(), 'rdzen-pack-spec-'));
    mkdirSync(join(scratch, 'root/usr/local/bin'), { recursive: true });
    writeFileSync(join(scratch, 'root/usr/local/bin/node'), 'not really', { mode: 0o755 });
    base = join(scratch, 'base.tar');
    execFileSync('tar', ['-C', join(scratch, 'root'), '-cf', base, '.']);
    tools = {
      client,
      npm: fakeNpm(join(scratch, 'npm')),
      clock,
      environment: { PATH: process.env['PATH'] },
      signal: new AbortController().signal,
      say: () => undefined,
    };
  });
  afterEach(async () => {
    await client.close();
    await registry.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  const pack = (...more: string[]): Promise<Packed> =>
    packComponent(parsePackArguments(['tool-server@1.2.3', '--base', base, ...more]), tools);
  const stored = (repository: string, digest: string): { manifest: ImageManifest; config: ImageConfig } => {
    const { manifests, blobs } = registry.repository(repository);
    const manifest = JSON.parse(manifests.get(digest)?.bytes.toString() ?? '') as ImageManifest;
    return {
      manifest,
      config: JSON.parse(blobs.get(manifest.config.digest)?.toString() ?? '') as ImageConfig,
    };
  };

  it('gives the same digest for the same, in whatever folder', async () => {
    const [first, second] = [await pack(), await pack()];
    expect(second.digest).toBe(first.digest);
    expect(second.pushed).toBeUndefined();
    writeFileSync(join(scratch, 'root/usr/local/bin/node'), 'another', { mode: 0o755 });
    execFileSync('tar', ['-C', join(scratch, 'root'), '-cf', base, '.']);
    expect((await pack()).digest).not.toBe(first.digest);
  });

  it('makes an image that runs as nobody, and says what it is', async () => {
    const to = `${registry.host}/tools/tool`;
    const packed = await pack('--to', to);
    expect(registry.repository('tools/tool').tags.get('1.2.3')).toBe(packed.digest);
    const { manifest, config } = stored('tools/tool', packed.digest);
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
    const layer = registry.repository('tools/tool').blobs.get(manifest.layers[1]?.digest ?? '') as Buffer;
    const tar = (...args: string[]): Buffer => execFileSync('tar', ['-z', ...args, '-f-'], { input: layer });
    const names = tar('-t').toString().trim().split('\n');
    expect(names).toContain('app/node_modules/library/index.js');
    expect(names).toContain('app/package-lock.json');
    expect(names.join()).not.toContain('.package-lock.json,');
    expect(names).not.toContain('app/node_modules/.package-lock.json');
    expect(digestOf(tar('-x', '-O', 'app/sbom.cdx.json'))).toBe(packed.sbomDigest);
    expect(packed).toMatchObject({ packages: 2, withScripts: ['library'] });
  });

  it('has npm run no script, and leave no address of a registry', async () => {
    await pack();
    const asked = JSON.parse(readFileSync(join(scratch, 'npm/asked.json'), 'utf8')) as string[];
    expect(asked[0]).toBe('install');
    for (const flag of ['--ignore-scripts', '--omit=dev', '--omit-lockfile-registry-resolved=true'])
      expect(asked).toContain(flag);
    expect(asked.join(' ')).not.toMatch(/registry=|https?:/);
  });

  it('writes the lock, and packs by it', async () => {
    const lock = join(scratch, 'tool.lock');
    const first = await pack('--lock', lock);
    expect(existsSync(lock)).toBe(true);
    expect((await pack('--lock', lock)).digest).toBe(first.digest);
    expect(JSON.parse(readFileSync(join(scratch, 'npm/asked.json'), 'utf8'))[0]).toBe('ci');
  });

  it.each([
    ['image', DOCKER_MANIFEST],
    ['index', OCI_INDEX],
  ])('takes an %s of a registry for the base, and its layers over without sending them', async (_, kind) => {
    const small = smallImage('base', DOCKER_MANIFEST);
    const own = { ...JSON.parse(small.config.bytes.toString()), architecture: ARCHITECTURE } as object;
    const place = { host: registry.host, repository: 'base/node' };
    await pushSmall(client.write, place, small);
    const config = Buffer.from(
      JSON.stringify({ ...own, config: { Env: ['A=1'], User: 'root', Volumes: { '/x': {} } } }),
    );
    const part = { mediaType: 'any', digest: registry.putBlob('base/node', config), size: config.length };
    const document = { ...(JSON.parse(small.manifest.bytes.toString()) as object), config: part };
    const digest = registry.put('base/node', '24', document, DOCKER_MANIFEST);
    const entry = {
      mediaType: DOCKER_MANIFEST,
      digest,
      size: 1,
      platform: { os: 'linux', architecture: ARCHITECTURE },
    };
    const other = {
      ...entry,
      digest: `sha256:${'0'.repeat(64)}`,
      platform: { os: 'linux', architecture: 's390x' },
    };
    const index = { mediaType: OCI_INDEX, manifests: [other, entry] };
    if (kind === OCI_INDEX) registry.put('base/node', '24', index, OCI_INDEX);
    registry.calls.length = 0;
    const packed = await packComponent(
      parsePackArguments([
        'tool-server@1.2.3',
        '--base',
        `${registry.host}/base/node:24`,
        '--to',
        `${registry.host}/tool`,
      ]),
      tools,
    );
    const { manifest, config: made } = stored('tool', packed.digest);
    expect(manifest.layers[0]).toMatchObject({
      digest: small.layer.digest,
      mediaType: expect.stringContaining('oci.image.layer'),
    });
    expect(made.config).toMatchObject({
      Env: ['PATH=/usr/local/bin:/usr/bin:/bin', 'A=1', 'NODE_ENV=production'],
    });
    expect(made.config).not.toHaveProperty('Volumes');
    expect(made.config?.Labels).toMatchObject({ 'org.opencontainers.image.base.digest': digest });
    expect(registry.calls.filter((call) => call.includes('mount='))).toHaveLength(1);
    expect(registry.calls.filter((call) => call.startsWith('PUT /v2/tool/blobs'))).toHaveLength(2);
  });

  it('copies the layers of a base from another registry, and believes none of them', async () => {
    const elsewhere = await FakeRegistry.started();
    const small = smallImage('far');
    const place = { host: elsewhere.host, repository: 'node' };
    await pushSmall(client.write, place, small, '1');
    const config = Buffer.from(small.config.bytes.toString().replace('amd64', ARCHITECTURE));
    const part = { mediaType: 'any', digest: elsewhere.putBlob('node', config), size: config.length };
    elsewhere.put(
      'node',
      '1',
      { ...JSON.parse(small.manifest.bytes.toString()), config: part } as object,
      small.manifest.mediaType,
    );
    const args = ['tool-server@1.2.3', '--base', `${elsewhere.host}/node:1`, '--to', `${registry.host}/tool`];
    await packComponent(parsePackArguments(args), tools);
    expect(registry.repository('tool').blobs.get(small.layer.digest)).toEqual(small.layer.bytes);
    registry.repositories.clear();
    elsewhere
      .repository('node')
      .blobs.set(small.layer.digest, Buffer.from(small.layer.bytes.map((byte) => byte ^ 1)));
    await expect(packComponent(parsePackArguments(args), tools)).rejects.toMatchObject({
      code: 'REGISTRY_DIGEST_DIFFERS',
    });
    expect(registry.repository('tool').tags.size).toBe(0);
    await elsewhere.stop();
  });

  it.each<[string, () => string, string]>([
    ['no file', () => './none.tar', 'no such file'],
    ['no archive', () => write('a.tar', 'x'.repeat(1_024)), 'no tar archive'],
    ['one without Node', () => archived('empty', 'etc/passwd'), 'no Node in it'],
    ['a saved image', () => archived('saved', 'manifest.json'), 'docker export'],
  ])('refuses %s as a base', async (_, make, words) => {
    await expect(
      packComponent(parsePackArguments(['tool-server@1.2.3', '--base', make()]), tools),
    ).rejects.toMatchObject({
      code: 'PACK_BASE_UNUSABLE',
      message: expect.stringContaining(words),
    });
  });
  const write = (name: string, content: string): string => {
    writeFileSync(join(scratch, name), content);
    return join(scratch, name);
  };
  const archived = (name: string, path: string): string => {
    mkdirSync(join(scratch, name, path, '..'), { recursive: true });
    write(join(name, path), '{}');
    execFileSync('tar', ['-C', join(scratch, name), '-czf', join(scratch, `${name}.tgz`), '.']);
    return join(scratch, `${name}.tgz`);
  };

  it('refuses a base for other machines', async () => {
    const small = smallImage('mainframe');
    const config = Buffer.from(small.config.bytes.toString().replace('amd64', 's390x'));
    const part = { mediaType: 'any', digest: registry.putBlob('node', config), size: config.length };
    registry.put(
      'node',
      '1',
      { ...JSON.parse(small.manifest.bytes.toString()), config: part } as object,
      small.manifest.mediaType,
    );
    base = `${registry.host}/node:1`;
    await expect(pack()).rejects.toMatchObject({
      code: 'PACK_BASE_UNUSABLE',
      message: expect.stringContaining('s390x'),
    });
  });

  it('says what npm could not do, what cannot be pinned, and that there is no npm', async () => {
    tools = { ...tools, npm: fakeNpm(join(scratch, 'npm'), { code: 1, says: 'npm error code E404' }) };
    await expect(pack()).rejects.toMatchObject({ code: 'PACK_PACKAGE_NOT_FOUND' });
    tools = {
      ...tools,
      npm: fakeNpm(join(scratch, 'npm'), { more: { 'node_modules/x': { resolved: 'git+ssh://a/b' } } }),
    };
    await expect(pack()).rejects.toMatchObject({ code: 'PACK_NOT_LOCKED' });
    tools = { ...tools, npm: undefined };
    await expect(pack()).rejects.toMatchObject({ code: 'PACK_NPM_MISSING' });
    tools = { ...tools, npm: fakeNpm(join(scratch, 'npm'), { code: 1, says: 'npm error code ENOSPC' }) };
    await expect(pack()).rejects.toMatchObject({ code: 'PACK_NPM_FAILED' });
  });

  it('leaves nothing behind, also when it is interrupted', async () => {
    const left = (): string[] =>
      readdirSync(tmpdir()).filter((name) => name.startsWith('rdzen-pack-') && !name.includes('spec'));
    const before = left();
    const stop = new AbortController();
    stop.abort(new Error('interrupted'));
    tools = { ...tools, signal: stop.signal };
    await expect(pack()).rejects.toThrow('interrupted');
    expect(left()).toEqual(before);
  });

  it('begins a manifest that lint takes but for what only a person can say', async () => {
    const packed = await pack('--to', `${registry.host}/tools/tool`);
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
    expect(packReport({ ...packed, pushed: undefined as never })).toContain(
      '127.0.0.1:5001/tool-server:1.2.3',
    );
  });
});
