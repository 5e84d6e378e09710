import type { CatalogueService } from '../src/component-registry/catalogue/catalogue.service';
import { InstalledComponents } from '../src/component-registry/installed/installed-components';
import { DockerClient, dockerAddress } from '../src/containers/docker/docker-client';
import { DockerComponentContainers } from '../src/containers/docker/docker-component-containers';
import { EventBus } from '../src/events/event-bus';
import { PostIdKey } from '../src/journal/post-id';
import { SystemClock } from '../src/shared/system-clock';
import { SystemRandom } from '../src/shared/system-random';
import { ComponentConfig } from '../src/tools/component-config';
import { ComponentPool } from '../src/tools/component-pool';
import { ComponentRuntime } from '../src/tools/component-runtime';
import { PoolTimes } from '../src/tools/pool-times';
import { componentImages } from '../test/support/components/component-image';
import { lockOf } from '../test/support/components/locked-component';
import { testComponent } from '../test/support/components/manifests';
import { memoryStore } from '../test/support/memory-store';
import type { Figure, Measure } from './support/figure';
import { stamp } from './support/clock';
import { quantile } from './support/statistics';

const CALLS = 300;
const ADD = { a: 2, b: 3 };
const MIB = 2 ** 20;

export const components: Figure = {
  name: 'components',
  title: 'Calling a tool of an installed component',
  definition:
    'A test component with five tools, half a processor and 128 MiB, in a container without network. First call: from the call to its answer, where nothing of the component runs; the image is on the machine. Overhead: p50 of 300 calls through the pool less that of 300 over the same kind of connection without it, in turn. Memory: as the engine tells it of a component that waits. One value per run; needs a Docker engine at its usual socket.',

  async measure({ runs, quick, say }) {
    const [clock, random] = [new SystemClock(), new SystemRandom()];
    const run = random.id(8).toLowerCase();
    const client = new DockerClient(dockerAddress('unix:///var/run/docker.sock'), clock);
    const containers = new DockerComponentContainers(client, { owner: `bench-${run}`, run }, clock);
    const runtime = new ComponentRuntime(containers, clock, random);
    const store = await memoryStore();
    const installed = new InstalledComponents();
    const key = new PostIdKey(Buffer.alloc(32, 7));
    const config = new ComponentConfig(store, installed, {} as CatalogueService, clock, random, key);
    const pool = new ComponentPool(
      runtime,
      containers,
      installed,
      config,
      new EventBus(),
      clock,
      new PoolTimes(),
    );
    const values = { first: [], pooled: [], direct: [], overhead: [], memory: [] } as Record<
      string,
      number[]
    >;
    const note = (name: string, value: number): void => void values[name]?.push(value);
    try {
      const tag = (await componentImages([testComponent('good')])).good ?? '';
      const image = (await containers.image(tag))?.id ?? tag;
      const { manifest } = lockOf('good', []);
      const direct = await runtime.start(manifest, image, {
        word: 'bench',
        labels: {},
        lifetimeMs: 3_600_000,
      });
      const lock = lockOf('good', await direct.session.tools(10_000), { image, imageId: image });
      try {
        const call = (): Promise<unknown> => pool.call(lock, 'add', ADD, { withinMs: 30_000 });
        for (let turn = 0; turn < runs; turn++) {
          await pool.withdraw(lock.component);
          const began = stamp();
          await call();
          note('first', stamp() - began);
          const times: [number[], number[]] = [[], []];
          for (let n = 0; n < (quick ? 30 : CALLS); n++) {
            const before = stamp();
            await call();
            const between = stamp();
            await direct.session.call('add', ADD, { withinMs: 30_000 });
            times[0].push(between - before);
            times[1].push(stamp() - between);
          }
          const [pooled, alone] = times.map((one) => quantile(one, 0.5)) as [number, number];
          note('pooled', pooled);
          note('direct', alone);
          note('overhead', pooled - alone);
          note('memory', (await direct.container.use()).memoryBytes / MIB);
          say(`run ${turn + 1} of ${runs}`);
        }
      } finally {
        await direct.close();
      }
    } finally {
      await pool.stop();
      await store.close();
    }
    const measure = (name: string, unit: string, of: string): Measure => ({
      name,
      unit,
      values: values[of] ?? [],
    });
    return [
      { ...measure('first call, asleep', 'ms', 'first'), target: { of: 'p99', most: 1_000 } },
      measure('call through the pool, p50', 'ms', 'pooled'),
      measure('call without it, p50', 'ms', 'direct'),
      measure('overhead of the pool', 'ms', 'overhead'),
      measure('memory of a component that waits', 'MiB', 'memory'),
    ];
  },
};
