import { Logger } from '@nestjs/common';
import { CoreBench } from '../../../test/support/core-bench';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import type { InstalledComponent } from '../../component-registry/installed/installed-component';
import { type Manifest, PUBLISHER } from '../../component-registry/manifest/manifest';
import type { ComponentContainers } from '../../containers/component-containers';
import type { ContainerImages } from '../../containers/container-images';
import { CoreContainers, type CoreContainerSpec } from '../../containers/core-containers';
import { FurtherCores } from '../../core-registry/further-cores';
import { CoreMembership } from '../../failover/core-membership.service';
import { ModelBringer } from '../../failover/repair/model-bringer';
import { CrashPoints } from '../../shared/crash-points';
import type { ServiceRuntime } from '../../tools/services/service-runtime';
import { CoreConduct } from './core-conduct';

const NAME = 'io.example/third';
const MANIFEST = {
  ...{ name: NAME, description: 'A core', version: '1.0.0' },
  packages: [{ registryType: 'oci', identifier: 'registry.example/ollama:1', transport: { type: 'stdio' } }],
  _meta: {
    [PUBLISHER]: {
      rdzen: {
        ...{ schema: '1', kind: 'core' },
        resources: { memoryMiB: 4096, cpus: 4, pids: 512 },
        permissions: { filesystem: { state: { path: '/data', maxMiB: 8192 } } },
      },
    },
  },
} as Manifest;
const lock = (id: string): ComponentLock =>
  ({ id, component: NAME, version: '1.0.0', manifest: MANIFEST, image: `r/o@sha256:${id}` }) as ComponentLock;
const installed = (more: Partial<InstalledComponent> = {}): InstalledComponent => ({
  ...{ name: NAME, state: 'canary', lock: lock('l1'), canaryRooms: [], reason: '', since: 0 },
  ...more,
});

/** Each core has its own address, by its number. */
class NumberedContainers extends CoreContainers {
  readonly there = new Map<string, CoreContainerSpec>();

  adopt(): Promise<void> {
    return Promise.resolve();
  }

  make(spec: CoreContainerSpec): Promise<{ url: string }> {
    this.there.set(spec.name, spec);
    return Promise.resolve({ url: `http://core${spec.labels?.['rdzen.core']}` });
  }

  remove(name: string): Promise<void> {
    this.there.delete(name);
    return Promise.resolve();
  }
}

describe(CoreConduct.name, () => {
  let bench: CoreBench;
  let containers: NumberedContainers;
  let membership: CoreMembership;
  let conduct: CoreConduct;
  let begun: string[];

  const set = async (engine: boolean): Promise<void> => {
    bench = await CoreBench.running({ engine });
    containers = new NumberedContainers();
    begun = [];
    membership = new CoreMembership(
      ...([new FurtherCores(bench.store), containers, bench.registry, bench.profile] as const),
      new ModelBringer(bench.ollama, bench.profile, bench.registry),
      ...([bench.ollama, bench.switchovers, bench.bus, bench.clock] as const),
    );
    const images = {
      inspect: (reference: string) => Promise.resolve({ id: 'sha256:i', digests: [reference] }),
    };
    const close = (): Promise<void> => Promise.resolve();
    const services = {
      network: () => Promise.resolve({ id: 'n', close }),
      start: (manifest: Manifest, image: string) => {
        begun.push(`${image} ${JSON.stringify(manifest._meta[PUBLISHER].rdzen.health)}`);
        return Promise.resolve({ close });
      },
    };
    const engineOf = { engine: () => Promise.resolve({ processors: 2 }), volumes: { remove: close } };
    conduct = new CoreConduct(
      images as unknown as ContainerImages,
      services as unknown as ServiceRuntime,
      engineOf as unknown as ComponentContainers,
      ...([membership, bench.registry, bench.clock, new CrashPoints()] as const),
    );
  };
  const ready = (id: number): Promise<number> =>
    bench.timeUntil(() => bench.registry.has(id) && bench.state(id) === 'ready', 60_000);

  beforeEach(async () => {
    Logger.overrideLogger(false);
    await set(true);
  });
  afterEach(async () => {
    await bench.during(membership.stop());
    await bench.end();
    await bench.store.close();
  });

  it('proves an approved lock: its image, and that it answers', async () => {
    expect(await conduct.bring(lock('l1'))).toMatchObject({ imageId: 'sha256:i' });
    expect(begun).toEqual(['r/o@sha256:l1 {"type":"http","port":11434,"path":"/api/version"}']);
  });

  it('brings none where no core runs in a container', async () => {
    await bench.during(membership.stop());
    await bench.end();
    await set(false);
    await expect(conduct.bring(lock('l1'))).rejects.toThrow(/no core here runs in a container/);
    expect(begun).toEqual([]);
  });

  it('has a canary join once, with what its manifest says, and judges it by its being ready', async () => {
    await bench.during(conduct.takeUp(installed()));
    await bench.during(conduct.takeUp(installed()));
    await ready(11);
    expect([...containers.there.values()]).toMatchObject([
      { image: 'r/o@sha256:l1', memoryMiB: 4096, modelPath: '/data', labels: { 'rdzen.component': NAME } },
    ]);
    expect(await conduct.verdict(lock('l1'), 3_600_000)).toMatchObject({ verdict: 'wait' });
    expect(await conduct.verdict(lock('l1'), 24 * 3_600_000)).toEqual({
      verdict: 'promote',
      reason: 'it was ready for 24 hours',
    });
  });

  it('has an upgrade stand beside it, and the earlier one leave once that is in force', async () => {
    await bench.during(conduct.takeUp(installed({ state: 'active' })));
    await ready(11);
    const next = { lock: lock('l2'), state: 'canary' as const, canaryRooms: [], since: 0 };
    await bench.during(conduct.takeUp(installed({ state: 'active', next })));
    await ready(12);
    expect(bench.registry.all().map(({ id }) => id)).toEqual([1, 2, 11, 12]);
    await bench.during(conduct.takeUp(installed({ state: 'active', lock: lock('l2') })));
    expect(bench.registry.all().map(({ id }) => id)).toEqual([1, 2, 12]);
    expect(containers.there.size).toBe(1);
  });

  it('lets all of it go, and again, and none of another', async () => {
    await bench.during(conduct.takeUp(installed()));
    await ready(11);
    await bench.during(conduct.letGo('io.example/other', 'ann'));
    expect(containers.there.size).toBe(1);
    await bench.during(conduct.letGo(NAME, 'ann'));
    await bench.during(conduct.letGo(NAME, 'ann'));
    expect(bench.registry.all().map(({ id }) => id)).toEqual([1, 2]);
    expect(containers.there.size).toBe(0);
  });
});
