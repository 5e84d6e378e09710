import { FakeComponentContainers } from '../../../test/support/fakes/fake-component-containers';
import { type FakeService, FakeServiceRuntime } from '../../../test/support/fakes/fake-service-runtime';
import { VirtualClock } from '../../../test/support/virtual-clock';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import type { InstalledComponent } from '../../component-registry/installed/installed-component';
import { InstalledComponents } from '../../component-registry/installed/installed-components';
import { type Manifest, PUBLISHER } from '../../component-registry/manifest/manifest';
import { EventBus } from '../../events/event-bus';
import { RdzenError } from '../../shared/rdzen-error';
import type { ComponentConfig } from '../component-config';
import { Redaction } from '../redaction';
import { InstalledServices } from './installed-services';
import type { RunningService } from './service-runtime';

const STORE = 'a.example/store';
const MANIFEST: Manifest = {
  ...{ name: STORE, description: '', version: '1.0.0' },
  packages: [{ registryType: 'oci', identifier: 'host/x:1', transport: { type: 'stdio' } }],
  _meta: {
    [PUBLISHER]: {
      rdzen: {
        ...{ schema: '1', kind: 'service', health: { type: 'tcp', port: 8080, intervalS: 30 } },
        permissions: { filesystem: { state: { path: '/data', maxMiB: 16 } } },
      },
    },
  },
};
const late = (): Promise<never> =>
  Promise.reject(new RdzenError('ENGINE_TIMEOUT', 'Docker did not answer within 10 s.'));

describe('a service whose engine is slow', () => {
  let clock: VirtualClock;
  let runtime: FakeServiceRuntime;
  let containers: FakeComponentContainers;
  let installed: InstalledComponents;
  let sut: InstalledServices;
  let running: RunningService[];
  /** Containers that ran on the one volume at once, at most. */
  let writers: number;
  let onStart: (started: RunningService) => void;
  const config = {
    environment: () => Promise.resolve({ env: {}, redaction: new Redaction([]), revision: 0 }),
    revision: () => 0,
    volumeUnder: () => 'the-volume',
  } as unknown as ComponentConfig;
  const install = (id: string, state: InstalledComponent['state'] = 'active'): void => {
    const about = { component: STORE, version: '1.0.0', manifest: MANIFEST, image: 'i' };
    const lock = { id, ...about, imageId: 'sha256:image' } as ComponentLock;
    installed.set({ name: STORE, state, lock, canaryRooms: [], reason: '', since: 0 });
  };
  const open = (): (string | undefined)[] => runtime.open.map(({ labels }) => labels['rdzen.lock']);
  const state = (): string | undefined => sut.of(STORE)?.health.state;
  const during = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const done = (): void => void (over = true);
    work.then(done, done);
    for (let step = 0; !over && step < 1_000; step++) await clock.advance(100);
    return work;
  };
  /** Removing it takes longer than is waited for. @returns has the engine do it at last */
  const outlives = (): (() => void) => {
    const [one] = running.slice(-1);
    if (!one) throw new Error('Nothing runs');
    const { close } = one;
    one.close = late;
    return () => void close();
  };

  beforeEach(() => {
    clock = new VirtualClock();
    runtime = new FakeServiceRuntime();
    containers = new FakeComponentContainers();
    installed = new InstalledComponents();
    [running, writers, onStart] = [[], 0, () => undefined];
    const { start } = runtime;
    runtime.start = async (...args) => {
      const started = await start(...args);
      running.push(started);
      onStart(started);
      writers = Math.max(writers, containers.others.flatMap((labels) => labels()).length);
      return started;
    };
    containers.others.push(() => runtime.open.map(({ labels }: FakeService) => labels));
    sut = new InstalledServices(runtime.port, containers, installed, config, new EventBus(), clock);
  });
  afterEach(() => during(sut.stop()));

  it('runs again after one that could not be ended for what was to be done with its data', async () => {
    install('lock-1');
    await during(sut.takeUp({ name: STORE }));
    const removed = outlives();
    const work = jest.fn(() => Promise.resolve());
    await expect(during(sut.still(STORE, work))).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
    await clock.advance(60_000);
    expect([work.mock.calls.length, running.length, state()]).toEqual([0, 1, 'unhealthy']);
    await expect(during(sut.still(STORE, work))).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
    expect(work).not.toHaveBeenCalled();
    removed();
    await clock.advance(60_000);
    expect([running.length, state(), writers, runtime.networks.size]).toEqual([2, 'healthy', 1, 1]);
    await during(sut.still(STORE, work));
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('leaves no network where it could not be ended when it went', async () => {
    install('lock-1');
    await during(sut.takeUp({ name: STORE }));
    const removed = outlives();
    install('lock-1', 'removed');
    await expect(during(sut.letGo(STORE))).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
    expect(runtime.networks.size).toBe(0);
    await expect(during(sut.letGo(STORE))).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
    removed();
    await during(sut.letGo(STORE));
    expect(open()).toEqual([]);
  });

  it('under another lock waits for what the one before left', async () => {
    install('lock-1');
    await during(sut.takeUp({ name: STORE }));
    const removed = outlives();
    install('lock-2');
    await during(sut.takeUp({ name: STORE }).catch(() => undefined));
    await during(sut.takeUp({ name: STORE }));
    await clock.advance(60_000);
    expect(open()).toEqual(['lock-1']);
    removed();
    await clock.advance(60_000);
    expect([open(), state(), writers]).toEqual([['lock-2'], 'healthy', 1]);
  });

  it('leaves none behind that it could not hold against its lock', async () => {
    install('lock-1');
    onStart = ({ container }) => {
      onStart = () => undefined;
      container.inspect = late;
    };
    await during(sut.takeUp({ name: STORE }));
    await clock.advance(60_000);
    expect([running.length, open(), state(), writers]).toEqual([2, ['lock-1'], 'healthy', 1]);
  });

  it('does not start beside what an earlier life left and the sweep could not remove', async () => {
    install('lock-1');
    let left = [{ 'rdzen.lock': 'lock-1' }];
    containers.others.push(() => left);
    await during(sut.takeUp({ name: STORE }));
    await clock.advance(60_000);
    expect([running.length, state()]).toEqual([0, 'unhealthy']);
    expect(sut.of(STORE)?.health.problem).toContain(`has not removed a container of ${STORE}`);
    containers.onSweep = () => (left = []);
    await clock.advance(60_000);
    expect([open(), state(), writers]).toEqual([['lock-1'], 'healthy', 1]);
  });
});
