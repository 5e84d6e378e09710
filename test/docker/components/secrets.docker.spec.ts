import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Manifest } from '../../../src/component-registry/manifest/manifest';
import { DockerClient, dockerAddress } from '../../../src/containers/docker/docker-client';
import { DockerComponentContainers } from '../../../src/containers/docker/docker-component-containers';
import { DockerImages } from '../../../src/containers/docker/docker-images';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import { ComponentRuntime, type RunningComponent } from '../../../src/tools/component-runtime';
import { componentImages, publishComponent } from '../../support/components/component-image';
import {
  type LocalRegistry,
  registryMissing,
  startLocalRegistry,
} from '../../support/components/local-registry';
import { testComponent } from '../../support/components/manifests';
import { type GuardRig, IMAGE, missing, startGuardRig } from '../guard/support/guard-rig';

jest.setTimeout(240_000);

const absent = missing ?? registryMissing;
const suite = absent === undefined ? describe : describe.skip;
if (absent !== undefined) process.stderr.write(`SKIPPED secrets of components: ${absent}\n`);

const run = promisify(execFile);
const SECRETS: Record<string, string> = {
  PLAIN: 'correct-horse-battery-staple',
  LINES: '-----BEGIN KEY-----\nabc\n\ndef\n-----END KEY-----\n\n',
  SIGNS: ' \\n \\0101 %s %% $(id) `id` $HOME "double" \'single\' ; | & < > * ? ~ # ! .\t\r tail ',
  WORLD: 'zażółć gęślą jaźń 🔑 日本',
  POINT: '.',
  LONG: 'x\\'.repeat(4_096),
};

/** Everything on the engine; what is seen from inside is read with `docker exec`, which the guard never lets through. */
suite('secrets of a component, in a container', () => {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const life = random.id(8).toLowerCase();
  let registry: LocalRegistry;
  let guard: GuardRig;
  let image: string;
  let component: RunningComponent | undefined;

  beforeAll(async () => {
    registry = await startLocalRegistry();
    guard = await startGuardRig({ RDZEN_GUARD_REGISTRIES: registry.host });
    const good = testComponent('good');
    const local = await componentImages([good]);
    image = (await publishComponent(good, local.good ?? '', registry.host)).reference;
    await new DockerImages(client('unix:///var/run/docker.sock'), clock).pull(image, { withinMs: 60_000 });
  });
  afterEach(async () => {
    await component?.close();
    component = undefined;
  });
  afterAll(async () => {
    await guard?.direct.getImage(image).remove({ force: true });
    await guard?.close();
    await registry?.stop();
  });

  const client = (address: string): DockerClient => new DockerClient(dockerAddress(address), clock);
  const runtimeOver = (address: string): ComponentRuntime =>
    new ComponentRuntime(
      new DockerComponentContainers(client(address), { owner: `secrets-${life}`, run: life }, clock),
      clock,
      random,
    );
  const manifestOf = (): Manifest => {
    const manifest = structuredClone(
      testComponent('good').manifest(`sha256:${'a'.repeat(64)}`, 'tests/good:1'),
    );
    manifest.packages[0].environmentVariables = [
      ...Object.keys(SECRETS).map((name) => ({ name, isSecret: true })),
      { name: 'REGION' },
    ];
    return manifest;
  };
  const start = async (address: string): Promise<RunningComponent> =>
    (component = await runtimeOver(address).start(
      manifestOf(),
      image,
      { word: 'secrets', labels: {}, lifetimeMs: 120_000 },
      undefined,
      { ...SECRETS, REGION: 'eu' },
    ));
  const inside = async (id: string, ...command: string[]): Promise<string> =>
    (await run('docker', ['exec', id, ...command], { maxBuffer: 2 ** 24 })).stdout;
  /** Of its program, as that was started. */
  const variablesOf = async (id: string, pid: string): Promise<Map<string, string>> => {
    const text = await inside(id, 'cat', `/proc/${pid}/environ`);
    return new Map(
      text
        .split('\0')
        .filter(Boolean)
        .map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    );
  };

  it.each([
    ['by itself', () => 'unix:///var/run/docker.sock'],
    ['through the docker-guard', () => `unix://${guard.socket}`],
  ])('come through exactly, and stand nowhere else (%s)', async (_, address) => {
    const { container, session } = await start(address());
    const { id } = container;
    expect(guard.refused).toEqual([]);
    expect((await session.call('add', { a: 2, b: 3 }, { withinMs: 20_000 })).structured).toEqual({ sum: 5 });

    expect(
      (await inside(id, 'ls', '-ldn', '/run', '/run/secrets')).match(/^drwx------ .* 10001 +10001/gm),
    ).toHaveLength(2);
    const files = await inside(id, 'ls', '-ln', '/run/secrets');
    expect(files.match(/^-r-------- .* 10001 +10001 /gm)).toHaveLength(Object.keys(SECRETS).length);
    for (const [name, value] of Object.entries(SECRETS))
      expect([name, await inside(id, 'cat', `/run/secrets/${name}`)]).toEqual([name, value]);
    expect(await inside(id, 'grep', ' /run ', '/proc/mounts')).toMatch(
      /^tmpfs \/run tmpfs (?=.*nosuid)(?=.*nodev)(?=.*noexec)/,
    );

    const init = await variablesOf(id, '1');
    expect([init.get('REGION'), init.has('PLAIN')]).toEqual(['eu', false]);
    const children = (await inside(id, 'cat', '/proc/1/task/1/children')).trim().split(' ');
    expect(children).toHaveLength(1);
    const program = await variablesOf(id, children[0] ?? '');
    expect(await inside(id, 'cat', `/proc/${children[0]}/comm`)).toBe('node\n');
    expect(program.get('REGION')).toBe('eu');
    for (const [name, value] of Object.entries(SECRETS)) {
      expect([name, program.get(name)]).toEqual([name, value]);
      expect(program.get(`${name}_FILE`)).toBe(`/run/secrets/${name}`);
    }
    expect([...program.keys()].filter((name) => /^rdzen/i.test(name))).toEqual([]);

    const told = JSON.stringify([
      await guard.direct.getContainer(id).inspect(),
      await guard.direct.listContainers({ all: true }),
      (await guard.direct.getContainer(id).logs({ stdout: true, stderr: true })).toString(),
      await guard.direct.getContainer(id).top(),
      await guard.direct.getContainer(id).changes(),
    ]);
    for (const part of ['correct-horse', 'BEGIN KEY', 'gęślą', '\\\\0055horse'])
      expect(told).not.toContain(part);
    expect(told).toContain('REGION=eu');
  });

  it('are refused to an image that has no shell, in words', async () => {
    const manifest = manifestOf();
    manifest.packages[0].packageArguments = ['/bin/busybox', 'sleep', '60'].map((value) => ({
      type: 'positional',
      value,
    }));
    const id = (await guard.direct.getImage(IMAGE).inspect()).Id;
    await expect(
      runtimeOver('unix:///var/run/docker.sock').start(
        manifest,
        id,
        { word: 'secrets', labels: {}, lifetimeMs: 120_000 },
        undefined,
        SECRETS,
      ),
    ).rejects.toThrow(/its image has no \/bin\/sh, by which secrets are handed over/);
  });

  it('are nothing that the guard opens further for: no other place, no rights, no file of the host', async () => {
    const base = {
      Image: image,
      User: '10001:10001',
      Entrypoint: ['/bin/sh', '-c', 'cat'],
      HostConfig: {
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        PidsLimit: 64,
        Memory: 2 ** 27,
        MemorySwap: 2 ** 27,
        NanoCpus: 5e8,
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
      },
    };
    for (const [path, options] of [
      ['/run/secrets', 'rw,noexec,nosuid,nodev,size=64k'],
      ['/etc', 'rw,noexec,nosuid,nodev,size=64k'],
      ['/run', 'rw,noexec,nodev,size=64k'],
      ['/run', 'rw,noexec,nosuid,nodev,size=64k,uid=0'],
      ['/run', 'rw,noexec,nosuid,nodev'],
    ] as const)
      await expect(
        guard.guarded.createContainer({
          ...{ ...base, name: guard.name('tmpfs') },
          HostConfig: { ...base.HostConfig, Tmpfs: { [path]: options } },
        }),
      ).rejects.toMatchObject({ statusCode: 403 });
    guard.refused.length = 0;
  });
});
