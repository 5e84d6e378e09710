import { eventually } from '../../test/support/chat-person';
import { testComponent } from '../../test/support/components/manifests';
import { FakeComponentContainers } from '../../test/support/fakes/fake-component-containers';
import { InstallationBench, World } from '../../test/support/installation-bench';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { blockOf, type ComponentBlock, type Manifest } from '../component-registry/manifest/manifest';
import type { ListedTool } from '../mcp/mcp-session';
import { SystemClock } from '../shared/system-clock';
import { SystemRandom } from '../shared/system-random';
import type { LibsqlStore } from '../storage/libsql-store';
import { ComponentRuntime } from '../tools/component-runtime';
import { ComponentData } from './component-data';

jest.setTimeout(60_000);

const DIGEST = `sha256:${'a'.repeat(64)}`;
const FIRST = /^rdzen-state-good-[0-9a-f]{12}$/;

describe(ComponentData.name, () => {
  let live: ListedTool[];
  let store: LibsqlStore;
  let clock: VirtualClock;
  let world: World;
  let containers: FakeComponentContainers;
  let sut: InstallationBench;

  const manifestOf = (version: string, data?: ComponentBlock['data']): Manifest => {
    const manifest = {
      ...testComponent('good').manifest(DIGEST, `127.0.0.1:5001/tests/good:${version}`),
      version,
    };
    const block = blockOf(manifest);
    block.permissions = { ...block.permissions, filesystem: { state: { path: '/data', maxMiB: 5 } } };
    if (data) block.data = data;
    return manifest;
  };
  const now = (): InstalledComponent | undefined => sut.installed.all()[0];
  const becomes = (is: (one: InstalledComponent | undefined) => boolean): Promise<unknown> =>
    eventually(
      async () => {
        await clock.advance(1_000);
        return now();
      },
      is,
      30_000,
      'the component got there',
    );
  async function asked(version: string, data?: ComponentBlock['data']): Promise<void> {
    const manifest = manifestOf(version, data);
    world.manifests.unshift(manifest);
    world.tried(manifest, live);
    const room = { roomId: 'r1', language: 'en' as const };
    const { code } = await sut.service.install({ name: 'good', version, askedBy: 'chat:root', room });
    for (const person of ['chat:root', 'chat:ann']) await sut.service.approve(code, person);
  }
  /** Installed, active, and something is kept. */
  async function active(): Promise<InstalledComponent> {
    await asked('1.0.0');
    await becomes((one) => one?.state === 'canary');
    const component = await sut.service.promote('good', 'chat:root');
    containers.volumes.make(sut.config.volumeUnder(component.lock), component.name);
    return component;
  }
  async function upgraded(data: ComponentBlock['data']): Promise<InstalledComponent> {
    await asked('1.1.0', data);
    await becomes((one) => one?.next?.state === 'canary');
    return sut.service.promote('good', 'chat:root');
  }
  /** Time goes on until it is done. */
  async function inTime(work: Promise<unknown>): Promise<void> {
    let over = false;
    const settled = work.finally(() => (over = true));
    await eventually(() => clock.advance(100).then(() => over), Boolean, 30_000, 'it is done');
    await settled;
  }
  const volume = (): string => sut.config.volumeUnder(now()?.lock ?? { component: '', id: '' });
  const kept = (): string[] => [...containers.volumes.kept.keys()].sort();

  beforeAll(async () => {
    const runtime = new ComponentRuntime(
      new FakeComponentContainers(),
      new SystemClock(),
      new SystemRandom(),
    );
    const image = `127.0.0.1:5001/tests/good@${DIGEST}`;
    const running = await runtime.start(manifestOf('1.0.0'), image, {
      ...{ word: 'look', labels: {}, lifetimeMs: 60_000 },
    });
    live = await running.session.tools(5_000);
    await running.close();
  });
  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    world = new World();
    world.manifests.length = 0;
    containers = new FakeComponentContainers();
    sut = new InstallationBench(store, world, containers, clock);
    sut.adminRoom.id = 'admin';
    await sut.service.start();
  });
  afterEach(async () => {
    await sut.service.stop();
    await store.close();
  });

  it('gives the canary of an upgrade a copy, and what is in force its own', async () => {
    await active();
    const first = volume();
    await asked('1.1.0', { backup: 'cold' });
    await becomes((one) => one?.next?.state === 'canary');
    const next = now()?.next?.lock;
    expect(first).toMatch(FIRST);
    expect(volume()).toBe(first);
    const copy = sut.config.volumeUnder(next ?? { component: '', id: '' });
    expect(containers.volumes.copies).toMatchObject([
      { from: first, to: copy, path: '/data', image: next?.image },
    ]);
    await sut.service.rollBack('good', 'chat:root');
    expect([volume(), kept()]).toEqual([first, [first]]);
  });

  it('copies the data anew when the upgrade comes in force, and keeps what was', async () => {
    const { lock } = await active();
    const first = volume();
    const after = await upgraded({ backup: 'cold' });
    expect(containers.volumes.copies).toHaveLength(2);
    expect(after).toMatchObject({ volume: after.lock.id, backup: { lockId: lock.id } });
    expect(kept()).toEqual([first, volume()].sort());
    expect(volume()).not.toBe(first);
  });

  it('copies the data while all of it runs where its manifest says so, and the canary too', async () => {
    const { lock } = await active();
    const first = volume();
    await asked('1.1.0', { backup: 'hot' });
    await becomes((one) => one?.next?.state === 'canary');
    const next = now()?.next?.lock ?? lock;
    await inTime(
      Promise.all([lock, next].map((one) => sut.pool.call(one, 'add', { a: 2, b: 3 }, { withinMs: 10_000 }))),
    );
    const [before, canary] = containers.made.filter(({ removed }) => !removed);
    const atCopy: number[] = [];
    const copy = containers.volumes.copy.bind(containers.volumes);
    containers.volumes.copy = (wanted) => {
      atCopy.push(containers.left);
      return copy(wanted);
    };
    await inTime(sut.service.promote('good', 'chat:root'));
    expect(atCopy).toEqual([2]);
    expect([before?.removed, canary?.removed]).toEqual([true, true]);
    expect(now()).toMatchObject({ lock: { version: '1.1.0' }, backup: { lockId: lock.id } });
    expect(containers.volumes.kept.get(volume())).toMatchObject({ copyOf: first });
    expect(volume()).not.toBe(canary?.spec.state?.volume);
    expect(kept()).toEqual([first, volume()].sort());
  });

  it('goes back to the data of before only where the upgrade changed it for good', async () => {
    await active();
    const first = volume();
    await upgraded({ backup: 'cold', migratesForwardOnly: true });
    const back = await sut.service.rollBack('good', 'chat:root');
    expect(volume()).toBe(first);
    expect(back.reason).toMatch(/^taken back by chat:root, with its data of \d{4}-/);
    await upgraded({ backup: 'cold' });
    const second = volume();
    await sut.service.rollBack('good', 'chat:root');
    expect(now()).toMatchObject({ lock: { version: '1.0.0' } });
    expect(volume()).toBe(second);
  });

  it('goes on in the same volume where nothing is to be kept, and does not go back where that is of no use', async () => {
    await active();
    const first = volume();
    await upgraded({ backup: 'none', migratesForwardOnly: true });
    expect(kept()).toEqual([first]);
    expect(volume()).toBe(first);
    await expect(sut.service.rollBack('good', 'chat:root')).rejects.toMatchObject({
      code: 'COMPONENT_STATE',
    });
    expect(now()).toMatchObject({ lock: { version: '1.1.0' }, state: 'active' });
  });

  it('changes nothing where the data could not be copied', async () => {
    await active();
    const first = volume();
    await asked('1.1.0', { backup: 'cold' });
    await becomes((one) => one?.next?.state === 'canary');
    containers.volumes.problem = new Error('the disk is full');
    await expect(sut.service.promote('good', 'chat:root')).rejects.toThrow('the disk is full');
    expect(now()).toMatchObject({ lock: { version: '1.0.0' }, next: { state: 'canary' } });
    expect(volume()).toBe(first);
  });

  it('keeps the data of what is removed, until its removal is asked for by a word of its own', async () => {
    await active();
    await upgraded({ backup: 'cold' });
    const [before, current] = [kept(), volume()];
    await sut.service.remove('good', 'chat:root');
    expect(kept()).toEqual(before);
    world.manifests.length = 0;
    await asked('1.2.0');
    await becomes((one) => one?.state === 'canary');
    expect(volume()).toBe(current);
    await sut.service.remove('good', 'chat:root', { withData: true });
    expect([now()?.state, kept()]).toEqual(['removed', []]);
  });

  it('removes the data of what was removed before', async () => {
    await active();
    await sut.service.remove('good', 'chat:root');
    await sut.service.remove('good', 'chat:root', { withData: true });
    expect(kept()).toEqual([]);
  });

  it('lets nothing run while data is copied, and calls wait for it', async () => {
    const { lock } = await active();
    const order: string[] = [];
    let go = (): void => undefined;
    const copied = new Promise<void>((resolve) => (go = resolve));
    const still = sut.pool.still(lock.component, async () => {
      await copied;
      order.push('copied');
    });
    const call = sut.pool
      .call({ ...lock, imageId: 'sha256:image' }, 'add', { a: 2, b: 3 }, { withinMs: 10_000 })
      .then(() => order.push('called'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(containers.left).toBe(0);
    go();
    await inTime(Promise.all([still, call]));
    expect(order).toEqual(['copied', 'called']);
    await inTime(sut.pool.stop());
    expect(containers.left).toBe(0);
  });
});
