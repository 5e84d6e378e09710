import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { lintManifest } from '../../../src/component-registry/manifest/lint-manifest';
import { parsePackArguments } from '../../../src/component-registry/packing/pack-arguments';
import {
  packComponent,
  type Packed,
  type PackTools,
} from '../../../src/component-registry/packing/pack-component';
import { packReport } from '../../../src/component-registry/packing/pack-report';
import { findNpm } from '../../../src/built-in-engine/npm-program';
import { DockerClient } from '../../../src/containers/docker/docker-client';
import { DockerImages } from '../../../src/containers/docker/docker-images';
import { digestOf } from '../../../src/oci/content-digest';
import { asManifest } from '../../../src/oci/image-documents';
import { RegistryClient } from '../../../src/oci/registry-client';
import { SystemClock } from '../../../src/shared/system-clock';
import { pushSmall, smallImage } from '../../contract/registry/small-image';
import { dockerForTests, SOCKET } from '../support/container-cores';
import { docker } from '../support/docker-command';
import { DebianRegistry, describeWithRegistry } from './support/debian-registry';

const PACKAGE = 'time-mcp@1.0.6';
const RIG = { 'rdzen.rig': 'packed-component' };
const clock = new SystemClock();
const say = (method: string, id?: number, params?: object): string =>
  `${JSON.stringify({ jsonrpc: '2.0', method, ...(id !== undefined && { id }), ...(params && { params }) })}\n`;
const HELLO = say('initialize', 1, {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'rdzen', version: '0' },
});

/** Real: npm with its registry, the image registry, the engine. */
describeWithRegistry()(`${PACKAGE}, packed`, () => {
  const engine: Docker = dockerForTests();
  const images = new DockerImages(new DockerClient({ socketPath: SOCKET() }, clock), clock);
  let registry: DebianRegistry;
  let client: RegistryClient;
  let scratch: string;
  let packed: Packed;
  const place = (): { host: string; repository: string } => ({
    host: registry.host,
    repository: 'tools/time-mcp',
  });
  const pinned = (): string => `${registry.host}/tools/time-mcp@${packed.digest}`;
  const lock = (): string => join(scratch, 'time-mcp.lock');

  const tools = (): PackTools => ({
    client,
    npm: findNpm({ nodeProgram: process.execPath, environment: process.env, platform: process.platform }),
    clock,
    environment: process.env,
    signal: AbortSignal.timeout(170_000),
    say: () => undefined,
  });
  const pack = (): Promise<Packed> =>
    packComponent(
      parsePackArguments([PACKAGE, '--to', `${registry.host}/tools/time-mcp`, '--lock', lock()]),
      tools(),
    );

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'rdzen-packed-'));
    registry = await DebianRegistry.started();
    client = new RegistryClient({ clock });
    packed = await pack();
  }, 180_000);
  afterAll(async () => {
    await images.remove(pinned()).catch(() => undefined);
    await client.close();
    await registry.remove();
    rmSync(scratch, { recursive: true, force: true });
  }, 60_000);

  it('has the same digest when it is packed once more', async () => {
    expect((await pack()).digest).toBe(packed.digest);
  }, 180_000);

  it('is pulled by that digest, and runs as nobody and without a network', async () => {
    const image = await images.pull(pinned(), { withinMs: 60_000 });
    expect(image.digests).toEqual([pinned()]);
    const made = await engine.createContainer({
      Image: pinned(),
      User: '10001:10001',
      Labels: RIG,
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=16m,mode=1777' },
        Memory: 256 * 2 ** 20,
        PidsLimit: 128,
      },
    });
    try {
      const { Config, Image } = await made.inspect();
      expect(Config.Labels).toMatchObject({
        'io.modelcontextprotocol.server.name': 'io.github.yokingma/time-mcp',
      });
      expect(Image).toBe(image.id);
      const said = await conversation(
        made.id,
        [HELLO, say('notifications/initialized'), say('tools/list', 2)],
        2,
      );
      expect(said[0]).toMatchObject({
        id: 1,
        result: { serverInfo: { name: 'time-mcp', version: '1.0.6' } },
      });
      const tools = (said[1] as { result: { tools: { name: string }[] } }).result.tools;
      expect(tools.map(({ name }) => name)).toContain('current_time');
    } finally {
      await made.remove({ force: true });
    }
  }, 90_000);

  it('can itself be the base of another, whose layers are taken over without being sent', async () => {
    const said: string[] = [];
    const to = `${registry.host}/tools/once-more`;
    const args = [PACKAGE, '--base', pinned(), '--to', to, '--lock', lock()];
    const { digest } = await packComponent(parsePackArguments(args), {
      ...tools(),
      say: (text) => said.push(text),
    });
    expect(said.filter((text) => text.startsWith('taken over'))).toHaveLength(2);
    const name = `${to}@${digest}`;
    expect((await images.pull(name, { withinMs: 60_000 })).digests).toContain(name);
    const id = await docker(
      'create',
      '-i',
      '--label',
      'rdzen.rig=packed-component',
      '--network',
      'none',
      name,
    );
    try {
      expect((await conversation(id, [HELLO], 1))[0]).toMatchObject({
        result: { serverInfo: { name: 'time-mcp' } },
      });
    } finally {
      await docker('rm', '--force', id);
      await images.remove(name);
    }
  }, 180_000);

  it('brings along what it is made of, bound to the label of the image', async () => {
    const id = await docker('create', '--label', 'rdzen.rig=packed-component', '--network', 'none', pinned());
    try {
      const { stdout } = await promisify(execFile)('docker', ['cp', `${id}:/app/sbom.cdx.json`, '-'], {
        encoding: 'buffer',
        maxBuffer: 2 ** 24,
      });
      const bytes = stdout.subarray(512, 512 + parseInt(stdout.toString('latin1', 124, 135), 8));
      expect(digestOf(bytes)).toBe(packed.sbomDigest);
      expect((await engine.getImage(pinned()).inspect()).Config.Labels).toMatchObject({
        'rdzen.sbom.digest': packed.sbomDigest,
      });
      const bill = JSON.parse(bytes.toString()) as { components: unknown[] };
      // The package itself is what the bill is of.
      expect(bill.components.length).toBeGreaterThan(packed.packages / 2);
    } finally {
      await docker('rm', '--force', id);
    }
  }, 60_000);

  it('names no registry of packages, neither in its lock nor in its files', async () => {
    expect(readFileSync(lock(), 'utf8')).not.toMatch(/"resolved"/);
    expect(packReport(packed)).not.toMatch(/resolved|npmrc/);
    const { problems } = lintManifest(packReport(packed).replace(/^[^{]*/, ''));
    expect(problems.filter(({ severity }) => severity === 'error').map(({ wrong }) => wrong)).toEqual([
      'it names no tool',
    ]);
  });

  it('is still what is locked when its tag is moved, and that is noticed', async () => {
    const locked = { ...place(), tag: '1.0.6', digest: packed.digest };
    expect(await client.read.compareTag(locked)).toEqual({ moved: false, now: packed.digest });
    const other = smallImage('moved');
    await pushSmall(client.write, place(), other, '1.0.6');
    expect(await client.read.compareTag(locked)).toEqual({ moved: true, now: other.manifest.digest });
    expect((await images.pull(pinned(), { withinMs: 60_000 })).digests).toContain(pinned());
  }, 90_000);

  it('is refused by the engine and by us when the registry gives other bytes for its layer', async () => {
    const { document } = await client.read.manifest({ ...place(), digest: packed.digest });
    const layer = asManifest(document, 'it').layers.at(-1)!;
    const file = registry.blobFile(layer.digest);
    const good = readFileSync(file);
    const bad = Buffer.from(good);
    bad[bad.length - 9]! ^= 1;
    await images.remove(pinned());
    writeFileSync(file, bad);
    await expect(images.pull(pinned(), { withinMs: 60_000 })).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
    });
    await expect(client.read.blob(place(), layer, layer.size)).rejects.toMatchObject({
      code: 'REGISTRY_DIGEST_DIFFERS',
    });
    rmSync(file);
    await expect(images.pull(pinned(), { withinMs: 60_000 })).rejects.toMatchObject({
      code: expect.stringMatching(/^(ENGINE_FAILED|IMAGE_MISSING)$/),
    });
    writeFileSync(file, good);
    expect((await images.pull(pinned(), { withinMs: 60_000 })).digests).toContain(pinned());
  }, 120_000);
});

/** Starts a container, says `lines` to it, and hears `count` answers. */
function conversation(id: string, lines: string[], count: number): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', ['start', '--attach', '--interactive', id], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
    let text = '';
    const heard = (): unknown[] =>
      text
        .split('\n')
        .slice(0, -1)
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as unknown);
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (heard().length < count) return;
      resolve(heard());
      child.stdin.end();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(late);
      reject(new Error(`it ended with ${code} after: ${text.slice(0, 500)}`));
    });
    child.stdin.write(lines.join(''));
  });
}
