import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { CatalogueService } from '../../../src/component-registry/catalogue/catalogue.service';
import type { ComponentLock } from '../../../src/component-registry/installed/component-lock';
import { InstalledComponents } from '../../../src/component-registry/installed/installed-components';
import { blockOf } from '../../../src/component-registry/manifest/manifest';
import { DockerClient, dockerAddress } from '../../../src/containers/docker/docker-client';
import { DockerComponentContainers } from '../../../src/containers/docker/docker-component-containers';
import { EventBus } from '../../../src/events/event-bus';
import { PostIdKey } from '../../../src/journal/post-id';
import type { ListedTool } from '../../../src/mcp/mcp-session';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import type { LibsqlStore } from '../../../src/storage/libsql-store';
import { ComponentConfig } from '../../../src/tools/component-config';
import { ComponentPool } from '../../../src/tools/component-pool';
import { ComponentRuntime } from '../../../src/tools/component-runtime';
import { PoolTimes } from '../../../src/tools/pool-times';
import { eventually } from '../../support/chat-person';
import { componentImages } from '../../support/components/component-image';
import { lockOf } from '../../support/components/locked-component';
import { testComponent } from '../../support/components/manifests';
import { memoryStore } from '../../support/memory-store';

const BUILT = ['good', 'slow-call', 'hang-in-call', 'rug-pull-after-lists'];
const ADD = { a: 2, b: 3 };
const STARTS = 8;
const WITHIN = { withinMs: 20_000 };

/** Installed components on a real engine. */
describe('the pool of components, in containers', () => {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const run = random.id(8).toLowerCase();
  const client = new DockerClient(dockerAddress('unix:///var/run/docker.sock'), clock);
  const containers = new DockerComponentContainers(client, { owner: `pooltest-${run}`, run }, clock);
  const runtime = new ComponentRuntime(containers, clock, random);
  const told: string[] = [];
  let images: Record<string, string>;
  let good: ListedTool[];
  let store: LibsqlStore;
  let times: PoolTimes;
  let starts: number[];
  let drift: string[];
  let sut: ComponentPool;

  beforeAll(async () => {
    images = await componentImages(BUILT.map(testComponent));
    for (const name of BUILT) images[name] = (await containers.image(images[name] ?? ''))?.id ?? '';
    const { manifest } = lockOf('good', []);
    const one = await runtime.start(manifest, images.good ?? '', {
      word: 't',
      labels: {},
      lifetimeMs: 60_000,
    });
    good = await one.session.tools(10_000);
    await one.close();
  }, 300_000);
  beforeEach(async () => {
    store = await memoryStore();
    const installed = new InstalledComponents();
    const key = new PostIdKey(Buffer.alloc(32, 7));
    const config = new ComponentConfig(store, installed, {} as CatalogueService, clock, random, key);
    const bus = new EventBus();
    starts = [];
    drift = [];
    bus.on('component.started', ({ startedInMs }) => void starts.push(startedInMs));
    bus.on('component.drifted', ({ reason }) => void drift.push(reason));
    times = new PoolTimes();
    sut = new ComponentPool(runtime, containers, installed, config, bus, clock, times);
  });
  afterEach(async () => {
    await sut.stop();
    await store.close();
    expect(await left()).toBe(0);
  }, 60_000);
  afterAll(() => void process.stdout.write(`\n${told.join('\n')}\n`));

  const left = (): Promise<number> => containers.count(`rdzen.owner=pooltest-${run}`);
  const lock = (behaviour: string): ComponentLock =>
    lockOf(behaviour, good, { image: images[behaviour] ?? '', imageId: images[behaviour] ?? '' });
  async function docker(...args: string[]): Promise<string> {
    const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await once(child, 'close');
    return out.trim();
  }
  const container = (): Promise<string> =>
    docker('ps', '-q', '--filter', `label=rdzen.owner=pooltest-${run}`);

  it('answers a first call after a start, and further ones at once; sleeps, and wakes', async () => {
    times.idleMs = 200;
    times.tickMs = 100;
    const first: number[] = [];
    const next: number[] = [];
    for (let start = 0; start < STARTS; start++) {
      const began = clock.monotonic();
      const answer = await sut.call(lock('good'), 'add', ADD, WITHIN);
      first.push(clock.monotonic() - began);
      expect(answer.structured).toEqual({ sum: 5 });
      const again = clock.monotonic();
      await sut.call(lock('good'), 'add', ADD, WITHIN);
      next.push(clock.monotonic() - again);
      await eventually(left, (count) => count === 0, 30_000, 'the idle component is gone');
    }
    expect(starts).toHaveLength(STARTS);
    const sorted = [...first].sort((a, b) => a - b);
    told.push(
      `first call after sleep, ms: ${sorted.map(Math.round).join(' ')}`,
      `next call, ms: ${next.map((ms) => ms.toFixed(1)).join(' ')}`,
    );
    // The figure itself is measured by the bench; this only says that nobody waits for ever.
    expect(sorted.at(-1)).toBeLessThan(20_000);
  }, 240_000);

  it('loses the call in whose middle its container is killed, and no other', async () => {
    const call = sut.call(lock('slow-call'), 'add', ADD, WITHIN).then(
      () => 'answered',
      (error: { kind?: string }) => error.kind,
    );
    await eventually(
      async () => starts.length,
      (count) => count > 0,
      30_000,
      'it has started',
    );
    await docker('kill', '--signal', 'KILL', await container());
    expect(await call).toBe('closed');
    const answer = await sut.call(lock('slow-call'), 'add', ADD, WITHIN);
    expect(answer.structured).toEqual({ sum: 5 });
    expect(starts).toHaveLength(2);
    expect(await left()).toBe(1);
  }, 120_000);

  it('ends a call that hangs at the deadline of the manifest, and goes on', async () => {
    const hanging = lock('hang-in-call');
    expect(blockOf(hanging.manifest).resources?.callTimeoutS).toBe(3);
    await expect(sut.call(hanging, 'add', ADD, WITHIN)).rejects.toMatchObject({ kind: 'timeout' });
    expect((await sut.call(hanging, 'current_time', { zone: 'UTC' }, WITHIN)).isError).toBe(false);
  }, 120_000);

  it('runs nothing that differs from its lock', async () => {
    const turning = lock('rug-pull-after-lists');
    times.compareMs = 500;
    times.tickMs = 100;
    await sut.call(turning, 'add', ADD, WITHIN);
    await eventually(
      async () => drift,
      (found) => found.length > 0,
      30_000,
      'the drift is seen',
    );
    expect(drift).toEqual(['the description of "remember" is another']);
    await expect(sut.call(turning, 'add', ADD, WITHIN)).rejects.toMatchObject({ code: 'COMPONENT_DRIFTED' });
    await eventually(left, (count) => count === 0, 30_000, 'it is gone');

    const other = { ...lock('good'), imageId: images['slow-call'] ?? '' };
    await expect(sut.call(other, 'add', ADD, WITHIN)).rejects.toMatchObject({ code: 'COMPONENT_DRIFTED' });
  }, 120_000);

  it('leaves no container running when whoever holds its streams is killed', async () => {
    const made = await client.api.createContainer({
      Image: images.good ?? '',
      OpenStdin: true,
      StdinOnce: true,
      Labels: { 'rdzen.pool-death': run },
      HostConfig: { NetworkMode: 'none' },
    });
    try {
      const holder = spawn('docker', ['start', '-ai', made.id], { stdio: ['pipe', 'ignore', 'ignore'] });
      const running = async (): Promise<boolean> => (await made.inspect()).State.Running;
      await eventually(running, Boolean, 30_000, 'it runs');
      holder.kill('SIGKILL');
      await eventually(running, (runs) => !runs, 30_000, 'it has ended');
    } finally {
      await made.remove({ force: true });
    }
  }, 120_000);
});
