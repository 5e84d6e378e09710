import { lockOf } from '../../test/support/components/locked-component';
import { FakeComponentContainers } from '../../test/support/fakes/fake-component-containers';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import type { CatalogueService } from '../component-registry/catalogue/catalogue.service';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { blockOf, type EnvironmentVariable } from '../component-registry/manifest/manifest';
import { EventBus } from '../events/event-bus';
import { PostIdKey } from '../journal/post-id';
import { McpFailure, type ListedTool, type ToolAnswer } from '../mcp/mcp-session';
import { RdzenError } from '../shared/rdzen-error';
import { SystemRandom } from '../shared/system-random';
import type { LibsqlStore } from '../storage/libsql-store';
import { ComponentConfig } from './component-config';
import { ComponentPool } from './component-pool';
import { ComponentRuntime, MOST_COMPONENTS } from './component-runtime';
import { PoolTimes } from './pool-times';

jest.setTimeout(60_000);

const ADD = { a: 2, b: 3 };
const TOKEN: EnvironmentVariable = { name: 'TOKEN', isRequired: true, isSecret: true };

/** Real servers, as processes, on a clock that stands still. */
describe(ComponentPool.name, () => {
  let clock: VirtualClock;
  let containers: FakeComponentContainers;
  let installed: InstalledComponents;
  let config: ComponentConfig;
  let runtime: ComponentRuntime;
  let times: PoolTimes;
  let store: LibsqlStore;
  let bus: EventBus;
  let told: string[];
  let sut: ComponentPool;
  let good: ListedTool[];

  beforeEach(async () => {
    clock = new VirtualClock();
    containers = new FakeComponentContainers();
    installed = new InstalledComponents();
    store = await memoryStore();
    bus = new EventBus();
    told = [];
    bus.on('component.started', () => void told.push('started'));
    bus.on('component.ended', ({ reason }) => void told.push(`ended: ${reason}`));
    bus.on('component.drifted', ({ reason }) => void told.push(`drifted: ${reason}`));
    bus.on('component.unavailable', ({ reason }) => void told.push(`unavailable: ${reason}`));
    bus.on('component.strained', ({ of, percent }) => void told.push(`strained: ${of} ${percent} %`));
    const random = new SystemRandom();
    runtime = new ComponentRuntime(containers, clock, random);
    const key = new PostIdKey(Buffer.alloc(32, 7));
    config = new ComponentConfig(store, installed, {} as CatalogueService, clock, random, key);
    times = Object.assign(new PoolTimes(), { pingMs: 400 });
    sut = new ComponentPool(runtime, containers, installed, config, bus, clock, times);
    good ??= await toolsOf('good');
  });
  afterEach(async () => {
    await settled(sut.stop());
    for (const one of containers.made) await one.remove();
    await store.close();
  });

  /** Lets the clock creep while real processes do their work. */
  async function settled<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const done = (): void => void (over = true);
    work.then(done, done);
    while (!over) {
      await clock.advance(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return work;
  }
  async function until(what: () => boolean): Promise<void> {
    for (let turn = 0; turn < 20_000 && !what(); turn++)
      await settled(new Promise((go) => setTimeout(go, 1)));
    expect(what()).toBe(true);
  }
  /** In steps, between which real processes get a moment. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= times.tickMs) {
      await clock.advance(Math.min(left, times.tickMs));
      await new Promise((go) => setTimeout(go, 15));
    }
  }
  async function toolsOf(behaviour: string): Promise<ListedTool[]> {
    const { manifest, image } = lockOf(behaviour, []);
    const one = await settled(runtime.start(manifest, image, { word: 't', labels: {}, lifetimeMs: 1e6 }));
    const tools = await one.session.tools(10_000);
    await settled(one.close());
    containers.made.length = 0;
    return tools;
  }
  const add = (lock: ComponentLock, signal?: AbortSignal): Promise<ToolAnswer> =>
    settled(sut.call(lock, 'add', ADD, { withinMs: 10_000, ...(signal ? { signal } : {}) }));
  const outcome = (work: Promise<ToolAnswer>): Promise<string> =>
    work.then(
      ({ structured }) => JSON.stringify(structured),
      (error: unknown) =>
        error instanceof RdzenError ? error.code : error instanceof McpFailure ? error.kind : String(error),
    );
  const made = (): number => containers.made.length;
  const kill = (): boolean | undefined => containers.made.at(-1)?.child?.kill('SIGKILL');

  it('starts a component at its first call, once for all who wait, and keeps it', async () => {
    const lock = lockOf('good', good);
    const answers = await Promise.all([add(lock), add(lock), add(lock)]);
    expect(answers.map(({ structured }) => structured)).toEqual(Array(3).fill({ sum: 5 }));
    expect(await outcome(add(lock))).toBe('{"sum":5}');
    expect(made()).toBe(1);
    expect(containers.made[0]?.spec).toMatchObject({
      image: lock.image,
      labels: { 'rdzen.lock': lock.id, 'rdzen.component': lock.component },
    });
  });

  it('calls no tool that was not approved', async () => {
    const call = sut.call(lockOf('good', good), 'rm_rf', {}, { withinMs: 1_000 });
    expect(await outcome(call)).toBe('COMPONENT_UNAVAILABLE');
    expect(made()).toBe(0);
  });

  it('ends one that nobody calls, and starts it again with the next call', async () => {
    const lock = lockOf('good', good);
    await add(lock);
    await pass(times.idleMs + 2 * times.tickMs);
    await until(() => containers.left === 0);
    expect(told).toEqual(['started', 'ended: idle']);
    expect(sut.running()).toEqual([]);
    expect(await outcome(add(lock))).toBe('{"sum":5}');
    expect(made()).toBe(2);
  });

  it('looks at nothing, and sets no timer, while nothing runs', async () => {
    expect(clock.timers).toBe(0);
    await add(lockOf('good', good));
    await pass(times.idleMs + 2 * times.tickMs);
    await until(() => containers.left === 0);
    await pass(2 * times.tickMs);
    expect(clock.timers).toBe(0);
  });

  it('fails the call in whose middle it was killed, repeats nothing, and serves the next one', async () => {
    const lock = lockOf('slow-call', good);
    const call = outcome(sut.call(lock, 'add', ADD, { withinMs: 10_000 }));
    await until(() => told.includes('started'));
    kill();
    expect(await settled(call)).toBe('closed');
    expect(await outcome(add(lock))).toBe('{"sum":5}');
    expect(made()).toBe(2);
    expect(told[1]).toContain('ended: it exited with code 137');
    expect(containers.left).toBe(1);
  });

  it('starts another one where it died between two calls', async () => {
    const lock = lockOf('good', good);
    await add(lock);
    kill();
    await until(() => told.length > 1);
    expect(await outcome(add(lock))).toBe('{"sum":5}');
  });

  it('leaves a component alone that dies again and again, says why, and tries it after a minute', async () => {
    const lock = lockOf('exit-in-call', good);
    for (let death = 0; death < 3; death++) expect(await outcome(add(lock))).toBe('closed');
    await until(() => containers.left === 0);
    await expect(add(lock)).rejects.toMatchObject({
      code: 'COMPONENT_UNAVAILABLE',
      message: expect.stringContaining('fatal: the adder has left') as string,
    });
    expect(made()).toBe(3);
    expect(told.filter((one) => one.startsWith('unavailable'))).toHaveLength(1);
    await clock.advance(61_000);
    expect(await outcome(add(lock))).toBe('closed');
    expect(made()).toBe(4);
  });

  it('says why one does not start', async () => {
    const lock = lockOf('exit-at-start', good);
    await expect(add(lock)).rejects.toMatchObject({
      code: 'COMPONENT_UNAVAILABLE',
      message: expect.stringMatching(/exited with code \d+ before it had answered/) as string,
    });
    expect(containers.left).toBe(0);
  });

  it('passes on what the engine says, and holds it against no component', async () => {
    const lock = lockOf('good', good);
    containers.problem = new RdzenError('ENGINE_UNREACHABLE', 'No engine.');
    for (let tries = 0; tries < 4; tries++) expect(await outcome(add(lock))).toBe('ENGINE_UNREACHABLE');
    containers.problem = undefined;
    expect(await outcome(add(lock))).toBe('{"sum":5}');
  });

  it('gives up a call at the deadline of the manifest, and keeps a component that still answers', async () => {
    const lock = lockOf('hang-in-call', good);
    const block = blockOf(lock.manifest);
    block.resources = { ...block.resources, callTimeoutS: 0.3 };
    expect(await outcome(add(lock))).toBe('timeout');
    const time = await settled(sut.call(lock, 'current_time', { zone: 'UTC' }, { withinMs: 5_000 }));
    expect(time.isError).toBe(false);
    expect(made()).toBe(1);
  });

  it('ends one that answers nothing any more after a call has timed out, and starts it again', async () => {
    const lock = lockOf('good', good);
    await add(lock);
    containers.made[0]?.child?.kill('SIGSTOP');
    const call = sut.call(lock, 'add', ADD, { withinMs: 200 });
    expect(await outcome(settled(call))).toBe('timeout');
    await until(() => told.some((one) => one.includes('nor a ping after that')));
    expect(await outcome(add(lock))).toBe('{"sum":5}');
    expect(made()).toBe(2);
  });

  it.each(['mcp-ping', 'mcp-list'] as const)(
    'ends one that misses its %s as often as the manifest says',
    async (type) => {
      const lock = lockOf('good', good);
      blockOf(lock.manifest).health = { type, intervalS: 15, failures: 2 };
      await add(lock);
      containers.made[0]?.child?.kill('SIGSTOP');
      for (let look = 0; look < 3; look++) {
        await clock.advance(times.tickMs);
        await new Promise((go) => setTimeout(go, times.pingMs + 200));
      }
      await until(() => containers.left === 0);
      expect(told).toContain('ended: it does not answer any more');
    },
  );

  it('passes a cancellation on, and lets a start that others wait for go on', async () => {
    const lock = lockOf('good', good);
    const abort = new AbortController();
    const cancelled = outcome(sut.call(lock, 'add', ADD, { withinMs: 5_000, signal: abort.signal }));
    const other = outcome(sut.call(lock, 'add', ADD, { withinMs: 5_000 }));
    abort.abort();
    expect(await settled(cancelled)).toBe('cancelled');
    expect(await settled(other)).toBe('{"sum":5}');
    expect(made()).toBe(1);
  });

  describe('holds what runs against its lock', () => {
    const refused = async (lock: ComponentLock): Promise<void> => {
      expect(await outcome(add(lock))).toBe('COMPONENT_DRIFTED');
      await until(() => containers.left === 0);
    };

    it('when it starts: tools', async () => {
      const [first, ...rest] = good;
      const lock = lockOf('good', [{ ...(first as ListedTool), description: 'as it was' }, ...rest]);
      await expect(settled(sut.call(lock, 'add', ADD, { withinMs: 5_000 }))).rejects.toMatchObject({
        code: 'COMPONENT_DRIFTED',
      });
      await refused(lock);
      expect(made()).toBe(1);
      expect(told).toEqual([`drifted: the description of "${first?.name}" is another`]);
    });

    it('when it starts: the image', async () => {
      const lock = lockOf('good', good, { imageId: 'sha256:other' });
      await refused(lock);
      expect(told).toEqual(['drifted: its image is sha256:image, and not sha256:other']);
    });

    it('when it says that its tools have changed', async () => {
      const lock = lockOf('rug-pull-later', good);
      expect(await outcome(add(lock))).toBe('{"sum":5}');
      await until(() => told.some((one) => one.startsWith('drifted')));
      await refused(lock);
      expect(told).toContain('drifted: the description of "remember" is another');
    });

    it('every hour, where it says nothing', async () => {
      times.compareMs = 20 * times.tickMs;
      times.idleMs = 10 * times.compareMs;
      const lock = lockOf('rug-pull-after-lists', good);
      expect(await outcome(add(lock))).toBe('{"sum":5}');
      await pass(times.compareMs - 2 * times.tickMs);
      expect(told).toEqual(['started']);
      await pass(3 * times.tickMs);
      await until(() => told.some((one) => one.startsWith('drifted')));
      await refused(lock);
    });

    it('until another lock is approved', async () => {
      await refused(lockOf('good', good.slice(1), { id: 'first' }));
      expect(await outcome(add(lockOf('good', good, { id: 'second' })))).toBe('{"sum":5}');
    });
  });

  it('replaces a container before the sweep would remove it', async () => {
    times.idleMs = Number.MAX_SAFE_INTEGER;
    const lock = lockOf('good', good);
    await add(lock);
    expect(containers.made[0]?.spec.lifetimeMs).toBeGreaterThan(times.renewMs + times.tickMs);
    clock.stall(times.renewMs);
    await clock.advance(times.tickMs);
    await until(() => told.includes('ended: renewed'));
    expect(await outcome(add(lock))).toBe('{"sum":5}');
  });

  it('ends what is no longer installed under that lock', async () => {
    const lock = lockOf('good', good);
    await add(lock);
    const { component: name } = lock;
    installed.set({ name, state: 'quarantined', lock, canaryRooms: [], reason: '', since: 0 });
    await clock.advance(times.tickMs);
    await until(() => containers.left === 0);
    expect(told).toContain('ended: withdrawn');
  });

  it.each([
    ['removed', 1],
    ['quarantined', 0],
  ] as const)('ends one that is %s at once, and leaves alone what is set meanwhile', async (to, outdated) => {
    const lock = lockOf('good', good, { variables: [TOKEN] });
    const { component, version, id: lockId } = lock;
    installed.set({ name: component, state: 'active', lock, canaryRooms: [], reason: '', since: 0 });
    await config.set(component, { TOKEN: 'a secret' }, 'chat:root');
    await add(lock);
    const revision = config.revision(component);
    bus.emit('component.changed', {
      component,
      from: 'active',
      to,
      lockId,
      version,
      reason: '',
      by: '',
      at: 0,
    });
    expect(config.revision(component)).toBe(revision + outdated);
    await config.set(component, { TOKEN: 'a new secret' }, 'chat:root');
    await until(() => containers.left === 0);
    await clock.advance(1_000);
    expect(told).toContain('ended: withdrawn');
    const { env } = await config.environment(component, lock.manifest);
    expect(env).toEqual({ TOKEN: 'a new secret' });
  });

  it('makes room for another one by ending the one that slept longest', async () => {
    for (let n = 0; n < MOST_COMPONENTS; n++) await add(lockOf('good', good, { id: `lock-${n}` }));
    expect(await outcome(add(lockOf('good', good, { id: 'one-more' })))).toBe('{"sum":5}');
    expect(containers.left).toBe(MOST_COMPONENTS);
    expect(sut.running()).not.toContain('lock-0');
  });

  it('warns once each where it takes most of its memory or processor', async () => {
    await add(lockOf('good', good));
    const [one] = containers.made;
    if (one) one.memoryBytes = 0.9 * 128 * 2 ** 20;
    await clock.advance(times.tickMs);
    if (one) one.cpuMs += 0.5 * times.tickMs;
    await clock.advance(2 * times.tickMs);
    await until(() => told.length >= 3);
    expect(told).toEqual(['started', 'strained: memory 90 %', 'strained: processor 100 %']);
  });

  describe('with secrets', () => {
    const secret = 'hunter2-and-"more"';
    const lock = (): ComponentLock => lockOf('environment-reader', good, { variables: [TOKEN] });
    const install = (one: ComponentLock): void =>
      installed.set({
        name: one.component,
        state: 'active',
        lock: one,
        canaryRooms: [],
        reason: '',
        since: 0,
      });

    it('starts nothing that lacks one, and says which', async () => {
      install(lock());
      await expect(add(lock())).rejects.toMatchObject({
        code: 'COMPONENT_NOT_CONFIGURED',
        message: expect.stringContaining('TOKEN') as string,
      });
      expect(made()).toBe(0);
    });

    it('gives it to the component alone: what comes back holds it no more', async () => {
      install(lock());
      await config.set('environment-reader', { TOKEN: secret }, 'chat:root');
      const answer = await settled(
        sut.call(lock(), 'remember', { note: `say ${secret}` }, { withinMs: 10_000 }),
      );
      expect(containers.made[0]?.spec).toMatchObject({ env: {}, secrets: { TOKEN: secret } });
      expect(JSON.stringify(answer)).toContain('TOKEN');
      expect(JSON.stringify(answer)).toContain('[secret]');
      expect(JSON.stringify(answer)).not.toContain('hunter2');
    });

    it('starts it anew when one was changed', async () => {
      install(lock());
      await config.set('environment-reader', { TOKEN: secret }, 'chat:root');
      await add(lock());
      await config.set('environment-reader', { TOKEN: 'another-one' }, 'chat:root');
      await add(lock());
      expect(containers.made.map(({ spec }) => spec.secrets?.TOKEN)).toEqual([secret, 'another-one']);
    });
  });

  it('leaves nothing when it is stopped, and starts nothing after that', async () => {
    const lock = lockOf('hang-in-call', good);
    const call = outcome(sut.call(lock, 'add', ADD, { withinMs: 10_000 }));
    await until(() => told.includes('started'));
    await settled(sut.stop());
    expect(await settled(call)).toBe('closed');
    expect(containers.left).toBe(0);
    expect(await outcome(add(lock))).toBe('COMPONENT_UNAVAILABLE');
  });
});
