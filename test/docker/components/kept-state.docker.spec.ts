import type { CatalogueService } from '../../../src/component-registry/catalogue/catalogue.service';
import type { ComponentLock } from '../../../src/component-registry/installed/component-lock';
import type { InstalledComponent } from '../../../src/component-registry/installed/installed-component';
import { InstalledComponents } from '../../../src/component-registry/installed/installed-components';
import { blockOf } from '../../../src/component-registry/manifest/manifest';
import { DockerClient, dockerAddress } from '../../../src/containers/docker/docker-client';
import { DockerComponentContainers } from '../../../src/containers/docker/docker-component-containers';
import { DockerImages } from '../../../src/containers/docker/docker-images';
import { EventBus } from '../../../src/events/event-bus';
import { ComponentData } from '../../../src/installation/component-data';
import { PostIdKey } from '../../../src/journal/post-id';
import { descriptionHash, schemaHash } from '../../../src/mcp/tool-hash';
import { runTrial } from '../../../src/sandbox/trial';
import type { TrialReport } from '../../../src/sandbox/trial-report';
import { TrialScene } from '../../../src/sandbox/trial-scene';
import { SystemClock } from '../../../src/shared/system-clock';
import { SystemRandom } from '../../../src/shared/system-random';
import type { LibsqlStore } from '../../../src/storage/libsql-store';
import { ComponentConfig } from '../../../src/tools/component-config';
import { ComponentPool } from '../../../src/tools/component-pool';
import { ComponentRuntime } from '../../../src/tools/component-runtime';
import { KeptData } from '../../../src/tools/kept-data';
import { PoolTimes } from '../../../src/tools/pool-times';
import { eventually } from '../../support/chat-person';
import {
  type LocalRegistry,
  registryMissing,
  startLocalRegistry,
} from '../../support/components/local-registry';
import { memoryStore } from '../../support/memory-store';
import { type GuardRig, missing, startGuardRig } from '../guard/support/guard-rig';
import { type PackedComponent, PackedComponents } from './support/packed-components';

const absent = missing ?? registryMissing;
const suite = absent === undefined ? describe : describe.skip;
if (absent !== undefined) process.stderr.write(`SKIPPED kept state: ${absent}\n`);

const MEMORY = '@modelcontextprotocol/server-memory@2026.8.31';
const GRAPH = '@itseasy21/mcp-knowledge-graph@1.0.7';
const FILES = '@modelcontextprotocol/server-filesystem@2026.8.31';
const ADA = { entities: [{ name: 'Ada', entityType: 'person', observations: ['likes green tea'] }] };
const WITHIN = { withinMs: 20_000 };
jest.setTimeout(600_000);

/** Published servers that keep data, on a real engine behind the docker-guard. */
suite('components that keep data', () => {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const owner = `statetest-${random.id(8).toLowerCase()}`;
  const key = new PostIdKey(Buffer.from(owner.padEnd(32)));
  const packed: Record<string, PackedComponent> = {};
  let registry: LocalRegistry;
  let guard: GuardRig;
  let packer: PackedComponents;
  let client: DockerClient;
  let store: LibsqlStore;

  beforeAll(async () => {
    registry = await startLocalRegistry();
    guard = await startGuardRig({ RDZEN_GUARD_REGISTRIES: registry.host });
    client = new DockerClient(dockerAddress(`unix://${guard.socket}`), clock);
    packer = new PackedComponents(registry.host);
    const images = new DockerImages(client, clock);
    for (const spec of [MEMORY, GRAPH, FILES]) packed[spec] = await packer.pack(spec);
    packed.stateless = await packer.pack(MEMORY, { withoutState: true });
    for (const { reference } of Object.values(packed)) await images.pull(reference, { withinMs: 60_000 });
    store = await memoryStore();
  }, 900_000);
  afterAll(async () => {
    await store?.close();
    for (const { Id, Labels } of await guard.direct.listContainers({ all: true }))
      if (Labels['rdzen.owner'] === owner) await guard.direct.getContainer(Id).remove({ force: true });
    for (const name of await volumes()) await guard.direct.getVolume(name).remove();
    for (const { reference } of Object.values(packed))
      await guard.direct.getImage(reference).remove({ force: true });
    await packer?.close();
    await guard?.close();
    await registry?.stop();
  }, 60_000);

  const the = (spec: string): PackedComponent => {
    const found = packed[spec];
    if (!found) throw new Error(`${spec} was not packed`);
    return found;
  };
  /** Of one life of the process. */
  const life = (): DockerComponentContainers =>
    new DockerComponentContainers(client, { owner, run: random.id(8) }, clock);
  const volumes = async (): Promise<string[]> =>
    ((await guard.direct.listVolumes()).Volumes ?? [])
      .filter(({ Labels }) => (Labels as Record<string, string> | null)?.['rdzen.owner'] === owner)
      .map(({ Name }) => Name)
      .sort();

  async function trial(
    spec: string,
    change: (block: ReturnType<typeof blockOf>) => void = () => undefined,
  ): Promise<TrialReport> {
    const containers = life();
    const { reference } = the(spec);
    // structuredClone would make objects of another realm than the specs', which are equal to none of theirs.
    const manifest = JSON.parse(JSON.stringify(the(spec).manifest)) as ReturnType<typeof the>['manifest'];
    change(blockOf(manifest));
    const subject = { trialId: random.id(6), manifest, image: reference, source: 'tests', signed: true };
    const scene = new TrialScene(
      subject,
      await containers.engine(),
      containers,
      new ComponentRuntime(containers, clock, random),
      clock,
      AbortSignal.timeout(100_000),
      100_000,
    );
    return runTrial(scene, new Date());
  }

  /** More than the one MiB that it may keep. */
  const MUCH = {
    entities: [{ name: 'Much', entityType: 'text', observations: ['x'.repeat(1_500_000)] }],
  };
  const mayKeepOneMiB = (block: ReturnType<typeof blockOf>): void => {
    const { state } = block.permissions?.filesystem ?? {};
    if (state) state.maxMiB = 1;
  };

  async function lockOf(spec: string): Promise<ComponentLock> {
    const { manifest, reference } = the(spec);
    const containers = life();
    const image = await containers.image(reference);
    const purpose = { word: 't', labels: {}, lifetimeMs: 60_000 };
    const one = await new ComponentRuntime(containers, clock, random).start(manifest, reference, purpose);
    const listed = await one.session.tools(10_000);
    await one.close();
    return {
      ...{ id: random.id(10), component: manifest.name, version: manifest.version, manifest },
      ...{ manifestHash: '', image: reference, imageId: image?.id ?? '', protocolVersion: '' },
      tools: listed.map(({ name, description = '', inputSchema }) => ({
        ...{ name, description, inputSchema, effect: 'read', egress: false },
        ...{ descriptionHash: descriptionHash(description), schemaHash: schemaHash(inputSchema) },
      })),
      ...{ approvedBy: [], approvedAt: 0, trialId: '' },
    };
  }

  function poolOf(
    containers: DockerComponentContainers,
    installed = new InstalledComponents(),
  ): ComponentPool & { data: ComponentData; watch: KeptData } {
    const config = new ComponentConfig(store, installed, {} as CatalogueService, clock, random, key);
    const times = Object.assign(new PoolTimes(), { idleMs: 200, tickMs: 100 });
    const runtime = new ComponentRuntime(containers, clock, random);
    const bus = new EventBus();
    const kept = new KeptData(store, containers, config, installed, bus, clock);
    const pool = new ComponentPool(runtime, containers, installed, config, bus, clock, times, kept);
    return Object.assign(pool, { data: new ComponentData(containers, config, pool, clock), watch: kept });
  }

  it.each([MEMORY, GRAPH, FILES])('%s passes its trial, and nothing of that is left', async (spec) => {
    const report = await trial(spec);
    expect(guard.refused).toEqual([]);
    expect([6, 8, 13].map((number) => report.checks[number]?.status)).toEqual(['passed', 'passed', 'passed']);
    expect([report.verdict, report.problem]).toEqual([expect.stringMatching(/^pass/), undefined]);
    const shown = blockOf(the(spec).manifest).trial?.calls?.length ?? 0;
    expect(report.checks[6]?.detail).toBe(`${shown} of ${shown} calls did what its manifest says`);
    expect(await volumes()).toEqual([]);
  });

  it('refuses in words an image that has no folder of its user for its data', async () => {
    const report = await trial('stateless');
    expect(report.verdict).toBe('fail');
    expect(report.checks[2]).toMatchObject({
      status: 'failed',
      detail: expect.stringMatching(/^its image has no folder \/data that user 10001 may write to/) as string,
    });
    expect(await volumes()).toEqual([]);
  });

  it('one that keeps more than it may fails its trial', async () => {
    const report = await trial(MEMORY, (block) => {
      mayKeepOneMiB(block);
      block.trial = {
        calls: [{ tool: 'create_entities', arguments: MUCH, expect: { match: 'contains', value: 'Much' } }],
      };
    });
    expect(report.checks[9]).toMatchObject({
      status: 'failed',
      detail: 'it keeps more than 1 MiB of data, which is all it may keep',
    });
    expect(report.verdict).toBe('fail');
    expect(guard.refused).toEqual([]);
    expect(await volumes()).toEqual([]);
  });

  it('one that keeps more than it may is not called to write until it keeps less', async () => {
    const lock = await lockOf(MEMORY);
    mayKeepOneMiB(blockOf(lock.manifest));
    for (const tool of lock.tools)
      if (tool.name.startsWith('create')) tool.effect = 'write';
      else if (tool.name.startsWith('delete')) tool.effect = 'destructive';
    const installed = new InstalledComponents();
    installed.set({
      ...{ name: lock.component, lock, state: 'active' },
      canaryRooms: [],
      reason: '',
      since: 0,
    });
    const containers = life();
    const pool = poolOf(containers, installed);
    await pool.watch.start();
    await pool.call(lock, 'create_entities', ADA, WITHIN);
    await pool.call(lock, 'create_entities', MUCH, WITHIN);
    const isOver = (): Promise<boolean> => Promise.resolve(pool.watch.of(lock)?.isOver === true);
    await eventually(isOver, Boolean, 60_000, 'it is found to keep too much');
    await expect(pool.call(lock, 'create_entities', ADA, WITHIN)).rejects.toMatchObject({
      code: 'COMPONENT_FULL',
    });
    const found = await pool.call(lock, 'search_nodes', { query: 'tea' }, WITHIN);
    expect(JSON.stringify(found.content)).toContain('likes green tea');
    await pool.call(lock, 'delete_entities', { entityNames: ['Much'] }, WITHIN);
    await eventually(isOver, (over) => !over, 60_000, 'it is found to keep less');
    await pool.call(lock, 'create_entities', ADA, WITHIN);
    await pool.stop();
    await pool.watch.stop();
    for (const name of await volumes()) await containers.volumes.remove(name);
    expect(await containers.count(`rdzen.owner=${owner}`)).toBe(0);
    expect(guard.refused).toEqual([]);
  });

  it.each([MEMORY, GRAPH])('%s still knows after a sleep, and after another life of Rdzen', async (spec) => {
    const lock = await lockOf(spec);
    const first = life();
    const pool = poolOf(first);
    const known = async (of: ComponentPool): Promise<string> => {
      const { content } = await of.call(lock, 'search_nodes', { query: 'tea' }, WITHIN);
      return JSON.stringify(content);
    };
    await pool.call(lock, 'create_entities', ADA, WITHIN);
    const left = (): Promise<number> => first.count(`rdzen.owner=${owner}`);
    await eventually(left, (count) => count === 0, 120_000, 'it sleeps');
    expect(await known(pool)).toContain('likes green tea');
    await pool.stop();
    const kept = await volumes();
    expect(kept).toEqual([expect.stringMatching(/^rdzen-state-[a-z-]+-[0-9a-f]{12}$/)]);

    const second = life();
    await second.sweep();
    expect(await volumes()).toEqual(kept);
    const again = poolOf(second);
    expect(await known(again)).toContain('likes green tea');
    await again.stop();
    expect(guard.refused).toEqual([]);
    for (const name of kept) await second.volumes.remove(name);
  });

  it('an upgrade goes on with a copy of the data, and the way back leads to the data of before', async () => {
    const lock = await lockOf(MEMORY);
    const { component: name } = lock;
    const next = { ...structuredClone(lock), id: random.id(10), previous: lock.id };
    blockOf(next.manifest).data = { backup: 'cold', migratesForwardOnly: true };
    const containers = life();
    const installed = new InstalledComponents();
    const pool = poolOf(containers, installed);
    const of = (): InstalledComponent => installed.get(name) as InstalledComponent;
    const set = (more: Partial<InstalledComponent>): Promise<void> => {
      installed.set({ ...of(), ...more });
      return Promise.resolve();
    };
    const knows = async (under: ComponentLock): Promise<string> =>
      JSON.stringify((await pool.call(under, 'read_graph', {}, WITHIN)).content);
    const bob = { entities: [{ name: 'Bob', entityType: 'person', observations: ['likes coffee'] }] };
    installed.set({ name, lock, state: 'active', canaryRooms: [], reason: '', since: 0 });
    await pool.call(lock, 'create_entities', ADA, WITHIN);
    const [first = ''] = await volumes();

    await pool.data.forCanary(of(), next);
    await set({ next: { lock: next, state: 'canary', canaryRooms: [], since: 0 } });
    expect(await knows(next)).toContain('likes green tea');
    expect(await volumes()).toHaveLength(2);
    const late = { observations: [{ entityName: 'Ada', contents: ['sings'] }] };
    await pool.call(lock, 'add_observations', late, WITHIN);

    await pool.data.upgrade(of(), next, (data) => set({ lock: next, next: undefined, ...data }));
    expect(await knows(next)).toContain('sings');
    await pool.call(next, 'create_entities', bob, WITHIN);
    await pool.data.goBack(of(), lock, (data) => set({ lock, ...data }));
    expect(await knows(lock)).toContain('sings');
    expect(await knows(lock)).not.toContain('likes coffee');
    expect(await volumes()).toEqual([first, expect.stringMatching(`^${first}-[0-9a-f]{12}$`)]);

    await pool.data.wipe(name, () => set({ state: 'removed' }));
    expect(await volumes()).toEqual([]);
    await pool.stop();
    expect(await containers.count(`rdzen.owner=${owner}`)).toBe(0);
    expect(guard.refused).toEqual([]);
  });

  it('the sweep of another life takes what a trial left, and nothing that is kept', async () => {
    const dead = life();
    await dead.volumes.make('rdzen-statetest-kept', 'x/y');
    await dead.volumes.make('rdzen-statetest-fleeting', 'x/y', clock.now() / 1000 + 600);
    await life().sweep();
    expect(await volumes()).toEqual(['rdzen-statetest-kept']);
    await dead.volumes.remove('rdzen-statetest-kept');
  });
});
