import { eventually } from '../../test/support/chat-person';
import { testComponent } from '../../test/support/components/manifests';
import { FakeComponentContainers } from '../../test/support/fakes/fake-component-containers';
import { InstallationBench, World } from '../../test/support/installation-bench';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { blockOf, type Manifest } from '../component-registry/manifest/manifest';
import type { ListedTool } from '../mcp/mcp-session';
import { RdzenError } from '../shared/rdzen-error';
import { SystemClock } from '../shared/system-clock';
import { SystemRandom } from '../shared/system-random';
import type { LibsqlStore } from '../storage/libsql-store';
import { ComponentRuntime } from '../tools/component-runtime';
import type { ToolOutcome } from '../tools/tools.events';
import { InstallationService } from './installation.service';

jest.setTimeout(60_000);

const DIGEST = `sha256:${'a'.repeat(64)}`;
const HOUR = 3_600_000;
const ROOM = { roomId: 'r1', language: 'en' as const };
const ASKED = { name: 'good', askedBy: 'chat:root', room: ROOM };

/** Real components, as processes; only the containers around them are missing. */
describe(InstallationService.name, () => {
  let live: ListedTool[];
  let store: LibsqlStore;
  let clock: VirtualClock;
  let world: World;
  let containers: FakeComponentContainers;
  let sut: InstallationBench;
  const lives: InstallationBench[] = [];

  const manifestOf = (version = '1.0.0'): Manifest => ({
    ...testComponent('good').manifest(DIGEST, `127.0.0.1:5001/tests/good:${version}`),
    version,
  });
  const begin = async (diesAt?: string): Promise<InstallationBench> => {
    await lives.at(-1)?.service.stop();
    sut = new InstallationBench(store, world, containers, clock, diesAt);
    sut.adminRoom.id = 'admin';
    lives.push(sut);
    await sut.service.start();
    return sut;
  };
  const told = async (): Promise<string[]> =>
    (
      await store.all<{ text: string; room_id: string }>('SELECT text, room_id FROM notices ORDER BY rowid')
    ).map(({ text, room_id }) => `${room_id}: ${text}`);
  const code = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof RdzenError ? error.code : String(error)),
    );
  const becomes = (
    is: (one: InstalledComponent | undefined) => boolean,
  ): Promise<InstalledComponent | undefined> =>
    eventually(
      async () => {
        await clock.advance(1_000);
        return sut.installed.all()[0];
      },
      is,
      30_000,
      'the component got there',
    );
  const canary = (): Promise<InstalledComponent | undefined> => becomes((one) => one?.state === 'canary');
  const install = async (): Promise<InstalledComponent> => {
    const asked = await sut.service.install(ASKED);
    await sut.service.approve(asked.code, 'chat:root');
    const component = await canary();
    if (!component) throw new Error('not installed');
    return component;
  };
  const called = async (lockId: string, outcome: ToolOutcome, times: number): Promise<void> => {
    const { name: component, version } = manifestOf();
    for (let count = 0; count < times; count++)
      sut.bus.emit('tool.called', {
        component,
        version,
        lockId,
        tool: 'echo',
        roomId: 'r1',
        outcome,
        ms: 5,
        at: 0,
      });
    await clock.advance(1_000);
  };

  beforeAll(async () => {
    const runtime = new ComponentRuntime(
      new FakeComponentContainers(),
      new SystemClock(),
      new SystemRandom(),
    );
    const image = `127.0.0.1:5001/tests/good@${DIGEST}`;
    const running = await runtime.start(manifestOf(), image, {
      word: 'look',
      labels: {},
      lifetimeMs: 60_000,
    });
    live = await running.session.tools(5_000);
    await running.close();
  });
  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    world = new World();
    containers = new FakeComponentContainers();
    world.manifests = [manifestOf()];
    await begin();
  });
  afterEach(async () => {
    for (const life of lives.splice(0)) await life.service.stop();
    await store.close();
  });

  it('installs nothing that was not tried as it is', async () => {
    expect(await code(sut.service.install(ASKED))).toBe('COMPONENT_NOT_TRIED');
    await expect(sut.service.install(ASKED)).rejects.toThrow('!trial');
    world.tried(manifestOf(), live, { policyHash: 'another' });
    expect(await code(sut.service.install(ASKED))).toBe('COMPONENT_NOT_TRIED');
    world.tried(manifestOf(), live);
    world.tried(manifestOf(), live, { verdict: 'fail' });
    expect(await code(sut.service.install(ASKED))).toBe('COMPONENT_NOT_TRIED');
  });

  it('asks the administrators once, and installs under a lock with the whole text of the tools', async () => {
    world.tried(manifestOf(), live);
    const asked = await sut.service.install(ASKED);
    expect((await sut.service.install(ASKED)).code).toBe(asked.code);
    const [question, ...more] = await told();
    expect(more).toEqual([]);
    expect(question).toMatch(
      new RegExp(
        `^rdzen:admin-room: [\\s\\S]*rating 7 of 8[\\s\\S]*no network at all[\\s\\S]*!approve ${asked.code}`,
      ),
    );
    expect(await sut.service.approve(asked.code.toLowerCase(), 'chat:root')).toMatchObject({ missing: 0 });
    const component = await canary();
    const block = blockOf(manifestOf());
    expect(component).toMatchObject({
      canaryRooms: ['r1'],
      lock: {
        image: `127.0.0.1:5001/tests/good@${DIGEST}`,
        imageId: 'sha256:image',
        approvedBy: ['chat:root'],
      },
    });
    expect(component?.lock.tools).toEqual(
      live.map(({ name, description, inputSchema }): unknown =>
        expect.objectContaining({
          ...{ name, description, inputSchema },
          effect: block.tools?.find((tool) => tool.name === name)?.effect,
        }),
      ),
    );
    expect(await sut.journal.all()).toEqual([component]);
    expect((await told()).slice(1)).toEqual([
      expect.stringMatching(/^rdzen:admin-room: 🐤/),
      expect.stringMatching(/^r1: 🐤/),
    ]);
    expect(containers.left).toBe(0);
    expect(await code(sut.service.approve(asked.code, 'chat:root'))).toBe('APPROVAL_CLOSED');
    expect(await code(sut.service.install(ASKED))).toBe('COMPONENT_STATE');
  });

  it('tells people by their names of then, and keeps them apart by their ids', async () => {
    const manifest = manifestOf();
    blockOf(manifest).permissions = { filesystem: { state: { path: '/data', maxMiB: 5 } } };
    world.manifests = [manifest];
    world.tried(manifest, live);
    sut.names.note('chat:root', '@ann');
    const { code: asked } = await sut.service.install(ASKED);
    expect((await told())[0]).toMatch(/asked for by @\u200bann;/);
    sut.names.note('api:k1', '@ann');
    await sut.service.approve(asked, 'api:k1');
    // An old row.
    await store.run('UPDATE approval_voices SET name = NULL');
    sut.names.note('chat:root', '@anna');
    await sut.service.approve(asked, 'chat:root');
    expect((await canary())?.lock).toMatchObject({
      approvedBy: ['api:k1', 'chat:root'],
      approvers: ['api:k1', '@anna'],
    });
    const { name } = await sut.service.promote('good', 'chat:root');
    await sut.service.remove('good', 'api:k1');
    expect((await told()).at(-1)).toContain('is removed by @\u200bann (API).');
    await begin();
    expect(await sut.approvals.find(asked)).toMatchObject({ askedByName: '@ann', endedByName: '@anna' });
    const history = await sut.journal.history(name, 10);
    expect(history.map(({ by, byName, reason }) => ({ by, byName, reason }))).toEqual([
      { by: 'api:k1', byName: '@ann', reason: 'removed by @ann (API)' },
      { by: 'chat:root', byName: '@anna', reason: 'promoted by @anna' },
      { by: 'rdzen', byName: undefined, reason: 'image and tools are those that were tried' },
      { by: 'chat:root', byName: '@anna', reason: `approved under ${asked}` },
    ]);
  });

  it('takes no code that is wrong, late, rejected, or about something else by now', async () => {
    world.tried(manifestOf(), live);
    expect(await code(sut.service.approve('NOSUCH', 'chat:root'))).toBe('APPROVAL_NOT_FOUND');
    const late = await sut.service.install(ASKED);
    await clock.advance(7 * 24 * HOUR);
    expect(await code(sut.service.approve(late.code, 'chat:root'))).toBe('APPROVAL_CLOSED');
    const no = await sut.service.install(ASKED);
    expect(no.code).not.toBe(late.code);
    await sut.service.reject(no.code, 'chat:root', 'we have one');
    expect((await told()).at(-1)).toMatch(/^r1: .*we have one/);
    expect(await code(sut.service.approve(no.code, 'chat:root'))).toBe('APPROVAL_CLOSED');
    const stale = await sut.service.install(ASKED);
    world.manifests = [{ ...manifestOf(), description: 'Something else' }];
    expect(await code(sut.service.approve(stale.code, 'chat:root'))).toBe('APPROVAL_STALE');
    expect(await code(sut.service.approve(stale.code, 'chat:root'))).toBe('APPROVAL_CLOSED');
    expect(sut.installed.all()).toEqual([]);
  });

  it('wants two different persons where it keeps something', async () => {
    const manifest = manifestOf();
    blockOf(manifest).permissions = { filesystem: { state: { path: '/data', maxMiB: 5 } } };
    world.manifests = [manifest];
    world.tried(manifest, live);
    const { code: asked, needed } = await sut.service.install(ASKED);
    expect(needed).toBe(2);
    expect(await sut.service.approve(asked, 'api:k1')).toMatchObject({ missing: 1 });
    expect(await sut.service.approve(asked, 'api:k2')).toMatchObject({ missing: 1 });
    expect(await sut.service.approve(asked, 'chat:root')).toMatchObject({ missing: 0 });
    expect((await canary())?.lock.approvedBy).toEqual(['api:k1', 'chat:root']);
  });

  it('goes back where it is not what was tried, and tells it', async () => {
    world.tried(
      manifestOf(),
      live.map((tool) => ({ ...tool, description: 'Otherwise' })),
    );
    const asked = await sut.service.install(ASKED);
    await sut.service.approve(asked.code, 'chat:root');
    const gone = await becomes((one) => one?.state === 'removed');
    expect(gone?.reason).toContain('another description than in its trial');
    expect((await told()).at(-1)).toMatch(/^r1: ⚠️ .*was not installed/);
    expect(containers.left).toBe(0);
  });

  it('tries again where the registry is down, and gives up in the end', async () => {
    world.tried(manifestOf(), live);
    const down = (): Error => new RdzenError('ENGINE_FAILED', 'The registry is down.');
    world.pullProblems = [down(), down()];
    await install();
    expect(world.pulls).toHaveLength(3);
    await sut.service.remove('good', 'chat:root');
    world.onEngine.clear();
    world.pullProblems = [down(), down(), down()];
    const asked = await sut.service.install(ASKED);
    await sut.service.approve(asked.code, 'chat:root');
    expect((await becomes((one) => one?.state === 'removed' && one.reason.includes('down')))?.reason).toBe(
      'The registry is down.',
    );
  });

  it('has no secrets of what was removed any more, whenever it died', async () => {
    const manifest = manifestOf();
    manifest.packages[0].environmentVariables = [{ name: 'TOKEN', isSecret: true }];
    world.manifests.splice(0, world.manifests.length, manifest);
    world.reports.length = 0;
    world.tried(manifest, live);
    const { code: asked } = await sut.service.install(ASKED);
    for (const person of ['chat:root', 'chat:ann']) await sut.service.approve(asked, person);
    await canary();
    await sut.config.set('good', { TOKEN: 'a secret' }, 'chat:root');
    await begin('component-changed');
    const rows = (): Promise<unknown[]> => store.all('SELECT name FROM component_config');
    expect(await rows()).toHaveLength(1);
    await expect(sut.service.remove('good', 'chat:root')).rejects.toThrow('died');
    await begin();
    expect([sut.installed.all()[0]?.state, await rows()]).toEqual(['removed', []]);
  });

  it.each(['component-changed', 'component-approved', 'component-pulled', 'component-compared'])(
    'goes on after it died at %s',
    async (place) => {
      world.tried(manifestOf(), live);
      const { code: asked } = await sut.service.install(ASKED);
      const first = await begin(place);
      await first.service.approve(asked, 'chat:root').catch(() => undefined);
      await eventually(() => Promise.resolve(first.died), Boolean, 20_000, 'it died');
      const [{ state } = { state: 'none' }] = await new InstallationBench(
        store,
        world,
        containers,
        clock,
      ).journal.all();
      expect(state).toBe('installing');
      await begin();
      expect(await canary()).toMatchObject({ canaryRooms: ['r1'], lock: { approvedBy: ['chat:root'] } });
      expect((await told()).filter((text) => text.includes('🐤'))).toHaveLength(2);
      expect(await code(sut.service.approve(asked, 'chat:root'))).toBe('APPROVAL_CLOSED');
    },
  );

  it('promotes a canary that proved itself, over a restart', async () => {
    world.tried(manifestOf(), live);
    const { lock } = await install();
    await called(lock.id, 'ok', 19);
    await called(lock.id, 'cancelled', 5);
    await begin();
    await called(lock.id, 'tool-error', 1);
    await clock.advance(23 * HOUR);
    expect(sut.installed.all()[0]?.state).toBe('canary');
    await clock.advance(2 * HOUR);
    expect(await becomes((one) => one?.state === 'active')).toMatchObject({ canaryRooms: [] });
    expect((await sut.journal.all())[0]?.reason).toBe('1 of 20 calls failed');
    expect((await sut.journal.history(lock.component, 10)).map(({ to, by }) => `${to} by ${by}`)).toEqual([
      ...['active by rdzen', 'canary by rdzen', 'installing by chat:root'],
    ]);
  });

  it('takes a canary back by itself that fails', async () => {
    world.tried(manifestOf(), live);
    const { lock } = await install();
    await called(lock.id, 'timeout', 3);
    expect(await becomes((one) => one?.state === 'removed')).toMatchObject({ reason: '3 of 3 calls failed' });
    expect((await told()).at(-1)).toMatch(/^r1: ↩️/);
  });

  /** Asks for 1.1.0 and agrees. */
  async function upgrade(): Promise<void> {
    const asked = await sut.service.install(ASKED);
    await sut.service.approve(asked.code, 'chat:root');
    await becomes((one) => one?.next?.state === 'canary');
  }

  it('upgrades beside what is in use, and goes back', async () => {
    world.tried(manifestOf(), live);
    const { lock } = await install();
    expect(await code(sut.service.rollBack('nothing', 'chat:root'))).toBe('COMPONENT_NOT_INSTALLED');
    await sut.service.promote('good', 'chat:root');
    expect(await code(sut.service.promote('good', 'chat:root'))).toBe('COMPONENT_STATE');
    expect(await code(sut.service.rollBack('good', 'chat:root'))).toBe('COMPONENT_STATE');
    const better = manifestOf('1.1.0');
    world.manifests.unshift(better);
    world.tried(better, live);
    await upgrade();
    expect(sut.installed.offeredIn('r1')).toMatchObject([{ canary: true, lock: { version: '1.1.0' } }]);
    expect(sut.installed.offeredIn('elsewhere')).toMatchObject([{ canary: false, lock: { id: lock.id } }]);
    await sut.service.rollBack('good', 'chat:root');
    expect(sut.installed.offeredIn('r1')).toMatchObject([{ canary: false, lock: { id: lock.id } }]);
    await upgrade();
    await begin();
    expect(await sut.service.promote('good', 'chat:root')).toMatchObject({
      lock: { version: '1.1.0', previous: lock.id },
    });
    expect(await sut.service.rollBack('good', 'chat:root')).toMatchObject({
      state: 'active',
      lock: { id: lock.id },
    });
    expect(await sut.journal.all()).toEqual(sut.installed.all());
  });

  it('quarantines what is not what its lock says, and nothing else', async () => {
    world.tried(manifestOf(), live);
    const { lock, name } = await install();
    const drift = { component: name, reason: 'its tool echo has another description', at: 0 };
    sut.bus.emit('component.drifted', { ...drift, lockId: 'another' });
    await clock.advance(1_000);
    expect(sut.installed.all()[0]?.state).toBe('canary');
    sut.bus.emit('component.drifted', { ...drift, lockId: lock.id });
    await becomes((one) => one?.state === 'quarantined');
    expect(sut.installed.offeredIn('r1')).toEqual([]);
    expect((await told()).slice(-2)[0]).toMatch(/^rdzen:admin-room: ⛔ .*another description/);
    await sut.service.remove('good', 'chat:root');
    expect(await code(sut.service.remove('good', 'chat:root'))).toBe('COMPONENT_NOT_INSTALLED');
  });

  it('quarantines a component together with its upgrade: nothing of it runs', async () => {
    world.tried(manifestOf(), live);
    const { lock, name } = await install();
    await sut.service.promote('good', 'chat:root');
    const better = manifestOf('1.1.0');
    world.manifests.unshift(better);
    world.tried(better, live);
    await upgrade();
    sut.bus.emit('component.drifted', { component: name, lockId: lock.id, reason: 'its image', at: 0 });
    await becomes((one) => one?.state === 'quarantined');
    expect(sut.installed.offeredIn('r1')).toEqual([]);
    expect(await sut.journal.all()).toEqual([expect.not.objectContaining({ next: expect.anything() })]);
  });
});
