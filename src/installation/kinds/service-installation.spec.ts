import { eventually } from '../../../test/support/chat-person';
import { FakeComponentContainers } from '../../../test/support/fakes/fake-component-containers';
import { exits } from '../../../test/support/fakes/fake-service-runtime';
import { InstallationBench, World } from '../../../test/support/installation-bench';
import { memoryStore } from '../../../test/support/memory-store';
import { VirtualClock } from '../../../test/support/virtual-clock';
import type { InstalledComponent } from '../../component-registry/installed/installed-component';
import { type Manifest, type Permissions, PUBLISHER } from '../../component-registry/manifest/manifest';
import { RdzenError } from '../../shared/rdzen-error';
import type { LibsqlStore } from '../../storage/libsql-store';

jest.setTimeout(60_000);
const DIGEST = `sha256:${'b'.repeat(64)}`;
const HOUR = 3_600_000;
const ROOM = { roomId: 'r1', language: 'en' as const };
const STORE = 'io.github.rdzen-tests/store';

function manifestOf(
  version = '1.0.0',
  permissions: Permissions = {},
  backup: 'none' | 'hot' = 'none',
): Manifest {
  return {
    name: STORE,
    title: 'Store',
    description: 'Keeps words.',
    version,
    packages: [
      {
        registryType: 'oci',
        identifier: `127.0.0.1:5001/tests/store:${version}`,
        transport: { type: 'stdio' },
      },
    ],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...{ schema: '1', kind: 'service', digest: DIGEST, permissions },
          health: { type: 'http', port: 8080, path: '/health', intervalS: 60 },
          data: { backup },
        },
      },
    },
  };
}
const KEEPS = { filesystem: { state: { path: '/data', maxMiB: 16 } } };
/** An MCP server that uses it. */
function userManifest(): Manifest {
  const { packages, ...rest } = manifestOf();
  return {
    ...rest,
    name: 'io.github.rdzen-tests/user',
    packages,
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...{ schema: '1', kind: 'mcp-tool', digest: DIGEST, tools: [{ name: 'get', effect: 'read' }] },
          permissions: { network: { internal: [STORE] } },
        },
      },
    },
  };
}

describe('a service, from its approval on', () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let world: World;
  let containers: FakeComponentContainers;
  let sut: InstallationBench;
  const lives: InstallationBench[] = [];

  const begin = async (): Promise<InstallationBench> => {
    const before = lives.at(-1);
    await before?.service.stop();
    await before?.services.stop();
    sut = new InstallationBench(store, world, containers, clock);
    sut.adminRoom.id = 'admin';
    lives.push(sut);
    await sut.service.start();
    return sut;
  };
  const component = (): InstalledComponent | undefined => sut.installed.get(STORE);
  const until = <T>(what: () => T, is: (value: T) => boolean): Promise<T> =>
    eventually(
      async () => {
        await clock.advance(200);
        return what();
      },
      is,
      20_000,
      'it came to that',
    );
  const runs = (count = 1) =>
    until(
      () => sut.runtime.open,
      ({ length }) => length === count,
    );
  const install = async (version = '1.0.0'): Promise<InstalledComponent | undefined> => {
    const asked = await sut.service.install({ name: 'store', version, askedBy: 'chat:root', room: ROOM });
    for (const by of ['chat:root', 'chat:boss'].slice(0, asked.needed))
      await sut.service.approve(asked.code, by);
    return until(component, (one) => (one?.next ?? one)?.state === 'canary');
  };
  const offer = (manifest: Manifest): void => {
    world.manifests.push(manifest);
    world.tried(manifest, []);
  };
  const state = (): string | undefined => sut.services.of(STORE)?.health.state;
  const code = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof RdzenError ? error.code : String(error)),
    );

  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    world = new World();
    containers = new FakeComponentContainers();
    await begin();
  });
  afterEach(async () => {
    for (const life of lives.splice(0)) {
      await life.service.stop();
      await life.services.stop();
    }
    await store.close();
  });

  it('is started once, and runs from then on, on a network of its own', async () => {
    offer(manifestOf());
    await install();
    await runs();
    expect(component()?.lock).toMatchObject({ imageId: 'sha256:image', tools: [] });
    expect(sut.runtime.started.map(({ closed }) => closed)).toEqual([true, false]);
    expect([...sut.runtime.networks]).toEqual([sut.runtime.open[0]?.network]);
  });

  it('is not installed where it does not run', async () => {
    offer(manifestOf());
    sut.runtime.refusals.push(exits());
    const { code: asked } = await sut.service.install({ name: 'store', askedBy: 'chat:root', room: ROOM });
    await sut.service.approve(asked, 'chat:root');
    await until(component, (one) => one?.state === 'removed');
    expect(component()?.reason).toContain('it exited with code 3 before it was well');
    expect([sut.runtime.open, sut.runtime.networks.size]).toEqual([[], 0]);
  });

  it('is started again when it was killed, and runs on after a restart of Rdzen', async () => {
    offer(manifestOf('1.0.0', KEEPS));
    await install();
    const [first] = await runs();
    first?.die();
    await until(
      () => sut.services.of(STORE)?.health,
      (health) => health?.restarts === 1 && health.state === 'healthy',
    );
    expect(sut.runtime.open.map(({ volume }) => volume)).toEqual([first?.volume]);
    await begin();
    await runs();
    expect(sut.runtime.open.map(({ volume }) => volume)).toEqual([first?.volume]);
  });

  it('is promoted after a day in which it was well', async () => {
    offer(manifestOf());
    await install();
    await runs();
    await clock.advance(23 * HOUR);
    expect(component()?.state).toBe('canary');
    await clock.advance(2 * HOUR);
    expect(component()).toMatchObject({ state: 'active', reason: 'it was well for 24 hours' });
  }, 120_000);

  it('goes back once it ends again and again', async () => {
    offer(manifestOf());
    await install();
    const [first] = await runs();
    sut.runtime.refusals.push(exits(), exits(), exits());
    first?.die();
    await until(component, (one) => one?.state === 'removed');
    expect(component()?.reason).toContain('it ended again and again');
    await runs(0);
    await until(
      () => sut.runtime.networks.size,
      (size) => size === 0,
    );
  });

  it('leaves nothing when it is removed', async () => {
    offer(manifestOf());
    await install();
    await runs();
    await sut.service.remove('store', 'chat:root');
    await runs(0);
    await until(
      () => sut.runtime.networks.size,
      (size) => size === 0,
    );
    expect(sut.services.of(STORE)).toBeUndefined();
  });

  it('is quarantined where its image is another one than was approved', async () => {
    offer(manifestOf());
    await install();
    const [first] = await runs();
    sut.runtime.imageId = 'sha256:other';
    first?.die();
    await until(component, (one) => one?.state === 'quarantined');
    await runs(0);
  });

  it('an upgrade runs beside it on a copy of its data, and takes its place when it is promoted', async () => {
    offer(manifestOf('1.0.0', KEEPS));
    await install();
    await runs();
    await sut.service.promote('store', 'chat:root');
    offer(manifestOf('1.1.0', KEEPS));
    await install('1.1.0');
    const [old, next] = await runs(2);
    expect(old?.volume).not.toBe(next?.volume);
    expect(old?.network).not.toBe(next?.network);
    await sut.service.promote('store', 'chat:root');
    const [now] = await until(
      () => sut.runtime.open,
      (all) => all.length === 1 && sut.services.of(STORE)?.lock.version === '1.1.0',
    );
    expect(now?.volume).toBe(old?.volume);
    await sut.service.rollBack('store', 'chat:root');
    await until(
      () => sut.services.of(STORE)?.lock.version,
      (version) => version === '1.0.0',
    );
    await runs();
  });

  it('an upgrade whose data is copied while it runs takes its place as well', async () => {
    offer(manifestOf('1.0.0', KEEPS));
    await install();
    await runs();
    const { lock } = await sut.service.promote('store', 'chat:root');
    const first = sut.config.volumeUnder(lock);
    containers.volumes.make(first, STORE);
    offer(manifestOf('1.1.0', KEEPS, 'hot'));
    await install('1.1.0');
    const [, canary] = await runs(2);
    await sut.service.promote('store', 'chat:root');
    const [now] = await until(
      () => sut.runtime.open,
      (all) => all.length === 1 && sut.services.of(STORE)?.lock.version === '1.1.0',
    );
    expect(containers.volumes.copies.at(-1)).toMatchObject({ from: first, to: now?.volume });
    const kept = [...containers.volumes.kept.keys()];
    expect([kept.includes(first), kept.includes(canary?.volume ?? '')]).toEqual([true, false]);
  });

  it('one that uses it comes after it', async () => {
    offer(userManifest());
    const asked = { name: 'user', askedBy: 'chat:root', room: ROOM };
    expect(await code(sut.service.install(asked))).toBe('SERVICE_NOT_INSTALLED');
    offer(manifestOf());
    await install();
    expect(await sut.service.install(asked)).toMatchObject({ needed: 2, state: 'open' });
  });

  it('trouble of the engine is waited for', async () => {
    offer(manifestOf());
    await install();
    await runs();
    sut.runtime.refusals.push(new RdzenError('ENGINE_UNREACHABLE', 'Docker is away.'));
    sut.runtime.open[0]?.die();
    await until(state, (now) => now === 'unhealthy');
    await until(state, (now) => now === 'healthy');
    expect(component()?.state).toBe('canary');
  });
});
