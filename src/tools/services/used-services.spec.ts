import { exits, FakeServiceRuntime } from '../../../test/support/fakes/fake-service-runtime';
import { FakeComponentContainers } from '../../../test/support/fakes/fake-component-containers';
import { VirtualClock } from '../../../test/support/virtual-clock';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import type { InstalledComponent } from '../../component-registry/installed/installed-component';
import { InstalledComponents } from '../../component-registry/installed/installed-components';
import { type ComponentBlock, type Manifest, PUBLISHER } from '../../component-registry/manifest/manifest';
import { EventBus } from '../../events/event-bus';
import type { ComponentConfig } from '../component-config';
import { Redaction } from '../redaction';
import { InstalledServices } from './installed-services';
import { UsedServices } from './used-services';

const STORE = 'a.example/store';
const manifest = (name: string, block: Partial<ComponentBlock>): Manifest => ({
  ...{ name, description: '', version: '1.0.0' },
  packages: [{ registryType: 'oci', identifier: 'host/x:1', transport: { type: 'stdio' } }],
  _meta: { [PUBLISHER]: { rdzen: { schema: '1', kind: 'service', ...block } } },
});
const USER = {
  manifest: manifest('a.example/user', { kind: 'mcp-tool', permissions: { network: { internal: [STORE] } } }),
};
const SERVICE = manifest(STORE, { health: { type: 'tcp', port: 8080, intervalS: 5 } });

describe('the services that a component uses', () => {
  let clock: VirtualClock;
  let runtime: FakeServiceRuntime;
  let installed: InstalledComponents;
  let services: InstalledServices;
  let sut: UsedServices;
  const config = {
    environment: () => Promise.resolve({ env: {}, redaction: new Redaction([]), revision: 0 }),
    revision: () => 0,
  } as unknown as ComponentConfig;
  const install = (one: Manifest, state: InstalledComponent['state'] = 'active'): InstalledComponent => {
    const lock = {
      id: one.name,
      component: one.name,
      manifest: one,
      image: 'i',
      imageId: 'sha256:image',
    } as ComponentLock;
    const component = { name: one.name, state, lock, canaryRooms: [], reason: '', since: 0 };
    installed.set(component);
    return component;
  };
  /** What it comes to, while time goes on. */
  const asked = async (): Promise<string[] | string> => {
    let told: string[] | string | undefined;
    sut.networksOf(USER).then(
      (ids) => (told = ids),
      (error: { code: string; message: string }) => (told = `${error.code} ${error.message}`),
    );
    for (let step = 0; told === undefined && step < 300; step++) await clock.advance(100);
    return told ?? 'nothing';
  };

  beforeEach(() => {
    clock = new VirtualClock();
    runtime = new FakeServiceRuntime();
    installed = new InstalledComponents();
    services = new InstalledServices(
      ...([runtime.port, new FakeComponentContainers(), installed, config, new EventBus(), clock] as const),
    );
    sut = new UsedServices(services, installed, clock);
  });
  afterEach(() => services.stop());

  it('are on networks of their own', async () => {
    await services.takeUp(install(SERVICE));
    expect(await asked()).toEqual([runtime.open[0]?.network]);
  });

  it('are none where it names none', async () => {
    expect(await sut.networksOf({ manifest: SERVICE })).toEqual([]);
  });

  it('have to be installed', async () => {
    expect(await asked()).toMatch(
      /^SERVICE_NOT_INSTALLED a.example\/user uses the service a.example\/store, which is not installed/,
    );
    install(SERVICE, 'quarantined');
    expect(await asked()).toMatch(/not in use \(quarantined\)/);
    install(manifest(STORE, { kind: 'mcp-tool' }));
    expect(await asked()).toMatch(/a component of another kind/);
  });

  it('are waited for while they are started again', async () => {
    const component = install(SERVICE);
    await services.takeUp(component);
    await clock.advance(100);
    runtime.refusals.push(exits());
    runtime.open[0]?.die();
    expect(await asked()).toHaveLength(1);
    expect(services.health(component.lock.id)?.restarts).toBe(2);
  });

  it('are told where they do not run', async () => {
    runtime.refusals.push(exits(), exits(), exits());
    await services.takeUp(install(SERVICE));
    await clock.advance(5_000);
    expect(await asked()).toMatch(/^SERVICE_UNAVAILABLE .*does not run \(given-up: it exited with code 3/);
  });

  it('one that goes has its users go first', async () => {
    const gone: string[] = [];
    services.endUsersOf = (name) => {
      gone.push(`${name}, ${runtime.networks.size} networks`);
      return Promise.resolve();
    };
    await services.takeUp(install(SERVICE));
    await services.letGo(STORE);
    expect([gone, runtime.networks.size, runtime.open]).toEqual([[`${STORE}, 1 networks`], 0, []]);
  });

  it('nothing of one runs while its data is looked after, and it runs after that', async () => {
    await services.takeUp(install(SERVICE));
    const open = await services.still(STORE, () => Promise.resolve(runtime.open.length));
    expect([open, runtime.open.length]).toEqual([0, 1]);
  });
});
