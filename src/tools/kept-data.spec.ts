import { lockOf } from '../../test/support/components/locked-component';
import { FakeComponentContainers } from '../../test/support/fakes/fake-component-containers';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import type { CatalogueService } from '../component-registry/catalogue/catalogue.service';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { blockOf } from '../component-registry/manifest/manifest';
import { Settings } from '../config/settings';
import { EventBus } from '../events/event-bus';
import { NoticeJournal } from '../journal/notice-journal';
import { PostIdKey } from '../journal/post-id';
import { LanguageOf } from '../rooms/language-of';
import type { RdzenError } from '../shared/rdzen-error';
import { SystemRandom } from '../shared/system-random';
import type { LibsqlStore } from '../storage/libsql-store';
import { ComponentConfig } from './component-config';
import { ComponentPool } from './component-pool';
import type { ComponentRuntime } from './component-runtime';
import { ComponentWarnings } from './component-warnings';
import { KeptData } from './kept-data';
import { PoolTimes } from './pool-times';

const MIB = 2 ** 20;
const HOUR = 3_600_000;
const KEY = new PostIdKey(Buffer.alloc(32, 7));

describe(KeptData.name, () => {
  let clock: VirtualClock;
  let containers: FakeComponentContainers;
  let installed: InstalledComponents;
  let store: LibsqlStore;
  let config: ComponentConfig;
  let sut: KeptData;
  let pool: ComponentPool;
  let lock: ComponentLock;
  let volume: string;
  let began: KeptData[];

  beforeEach(async () => {
    clock = new VirtualClock();
    containers = new FakeComponentContainers();
    store = await memoryStore();
    began = [];
    lock = lockOf('good', [
      ...['current_time', 'remember', 'forget_all'].map((name) => ({ name, inputSchema: {} })),
    ]);
    blockOf(lock.manifest).permissions = { filesystem: { state: { path: '/data', maxMiB: 5 } } };
    await begin();
    volume = config.volumeUnder(lock);
    containers.volumes.make(volume, lock.component);
  });
  afterEach(async () => {
    for (const one of began) await one.stop();
    await store.close();
  });

  /** A life of the process. */
  async function begin(): Promise<void> {
    await sut?.stop();
    const bus = new EventBus();
    installed = new InstalledComponents();
    installed.set({
      ...{ name: lock.component, lock, state: 'active', canaryRooms: [], reason: '', since: 0 },
    });
    const random = new SystemRandom();
    config = new ComponentConfig(store, installed, {} as CatalogueService, clock, random, KEY);
    new ComponentWarnings(
      bus,
      new NoticeJournal(store, bus, clock, KEY),
      new LanguageOf(store, new Settings()),
    );
    sut = new KeptData(store, containers, config, installed, bus, clock);
    began.push(sut);
    pool = new ComponentPool(
      ...([{} as ComponentRuntime, containers, installed] as const),
      ...([config, bus, clock, new PoolTimes(), sut] as const),
    );
    await sut.start();
  }
  const takes = (mib: number): unknown => containers.volumes.sizes.set(volume, mib * MIB);
  const told = async (): Promise<string[]> =>
    (await store.all<{ text: string }>('SELECT text FROM notices')).map(({ text }) => text);
  const refused = (tool: string): string | undefined => {
    try {
      sut.demandRoom(lock, tool);
      return undefined;
    } catch (error) {
      return (error as RdzenError).code;
    }
  };

  it('measures at the start and hourly, reads no further than the limit, and refuses what writes', async () => {
    takes(3);
    await clock.advance(1);
    expect(containers.volumes.measured).toEqual([
      { volume, image: lock.image, path: '/data', most: 5 * MIB + 1 },
    ]);
    expect(sut.of(lock)).toMatchObject({ bytes: 3 * MIB, limitBytes: 5 * MIB, isOver: false });
    takes(900);
    await clock.advance(HOUR);
    expect(sut.of(lock)).toMatchObject({ bytes: 5 * MIB + 1, isOver: true });
    expect(['current_time', 'forget_all', 'remember'].map(refused)).toEqual([
      ...[undefined, undefined, 'COMPONENT_FULL'],
    ]);
    await expect(pool.call(lock, 'remember', {}, { withinMs: 1_000 })).rejects.toMatchObject({
      code: 'COMPONENT_FULL',
      message: expect.stringMatching(/more than the 5 MiB .* Its reading tools work/) as string,
    });
    takes(4);
    await clock.advance(HOUR);
    expect(refused('remember')).toBeUndefined();
  });

  it('tells the administrators once for each time that it lasts, over restarts', async () => {
    takes(6);
    await clock.advance(5 * HOUR);
    await begin();
    // It is known before it was measured anew.
    expect(refused('remember')).toBe('COMPONENT_FULL');
    await clock.advance(2 * HOUR);
    expect(await told()).toEqual([expect.stringMatching(/^💾 .*more than the 5 MiB/)]);
    takes(1);
    await clock.advance(HOUR);
    takes(6);
    await clock.advance(HOUR);
    expect(await told()).toHaveLength(2);
  });

  it('looks again after calls that write, soon and not at each of them, and less often the longer it takes', async () => {
    await clock.advance(1);
    const looks = (): number => containers.volumes.measured.length;
    for (let n = 0; n < 20; n++) sut.called(lock, 'remember');
    sut.called(lock, 'current_time');
    await clock.advance(5_001);
    expect(looks()).toBe(2);
    const bytes = containers.volumes.bytes.bind(containers.volumes);
    containers.volumes.bytes = async (asked) => {
      await clock.sleep(600);
      return bytes(asked);
    };
    sut.called(lock, 'forget_all');
    await clock.advance(6_000);
    expect(looks()).toBe(3);
    sut.called(lock, 'remember');
    await clock.advance(10_000);
    expect(looks()).toBe(3);
    await clock.advance(5_000);
    expect(looks()).toBe(4);
  });

  it('holds no volume while its data is worked on, and looks at what that made of it', async () => {
    takes(6);
    await clock.advance(1);
    let done = (): void => undefined;
    const work = pool.still(lock.component, () => new Promise<void>((resolve) => (done = resolve)));
    await clock.advance(2 * HOUR);
    expect(containers.volumes.measured).toHaveLength(1);
    takes(1);
    done();
    await work;
    await clock.advance(6_000);
    expect(refused('remember')).toBeUndefined();
  });

  it('knows nothing more of data that was taken away', async () => {
    takes(6);
    await clock.advance(1);
    await pool.still(lock.component, async () => {
      await containers.volumes.remove(volume);
      installed.set({ ...installed.all()[0]!, state: 'removed' });
    });
    expect(sut.of(lock)).toBeUndefined();
    await clock.advance(1);
    expect(await store.all('SELECT * FROM component_data')).toEqual([]);
  });

  it('holds it to the limit of the lock it runs under', async () => {
    takes(6);
    await clock.advance(1);
    const wider = structuredClone(lock);
    blockOf(wider.manifest).permissions = { filesystem: { state: { path: '/data', maxMiB: 9 } } };
    expect(() => sut.demandRoom(wider, 'remember')).not.toThrow();
    const without = structuredClone(lock);
    blockOf(without.manifest).permissions = {};
    expect(sut.of(without)).toBeUndefined();
  });

  it('goes on as before where the engine does not tell', async () => {
    takes(6);
    await clock.advance(1);
    containers.volumes.problem = new Error('no engine');
    await clock.advance(HOUR);
    expect(refused('remember')).toBe('COMPONENT_FULL');
    containers.volumes.problem = undefined;
    takes(1);
    await clock.advance(HOUR);
    expect(refused('remember')).toBeUndefined();
  });
});
