import { eventually } from '../../test/support/chat-person';
import { testComponent } from '../../test/support/components/manifests';
import { FakeComponentContainers } from '../../test/support/fakes/fake-component-containers';
import { InstallationBench, World } from '../../test/support/installation-bench';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import type { Manifest } from '../component-registry/manifest/manifest';
import type { ListedTool } from '../mcp/mcp-session';
import { RdzenError } from '../shared/rdzen-error';
import { SystemClock } from '../shared/system-clock';
import { SystemRandom } from '../shared/system-random';
import type { LibsqlStore } from '../storage/libsql-store';
import { ComponentRuntime } from '../tools/component-runtime';
import { EarlierLocks } from './earlier-locks';
import { ImageRetention } from './image-retention';

jest.setTimeout(60_000);

const REPOSITORY = '127.0.0.1:5001/tests/good';
const ASKED = { name: 'good', askedBy: 'chat:root', room: { roomId: 'r1', language: 'en' as const } };

/** Each version has an image of its own. */
function manifestOf(version: string): Manifest {
  return {
    ...testComponent('good').manifest(digestOf(version), `${REPOSITORY}:${version}`),
    version,
  };
}

function digestOf(version: string): string {
  return `sha256:${version.replace(/\D/g, '').padEnd(64, '0')}`;
}

function imageOf(version: string): string {
  return `${REPOSITORY}@${digestOf(version)}`;
}

describe('versions of a component that came before', () => {
  let live: ListedTool[];
  let store: LibsqlStore;
  let clock: VirtualClock;
  let world: World;
  let sut: InstallationBench;

  const now = (): InstalledComponent | undefined => sut.installed.all()[0];
  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof RdzenError ? `${error.code}: ${error.message}` : String(error)),
    );
  /** Asked for and agreed to; a canary now. */
  const bring = async (version: string): Promise<void> => {
    world.manifests.unshift(manifestOf(version));
    world.tried(manifestOf(version), live);
    await sut.service.approve((await sut.service.install(ASKED)).code, 'chat:root');
    await eventually(
      async () => {
        await clock.advance(1_000);
        return now();
      },
      (one) => one?.state === 'canary' || one?.next?.state === 'canary',
      30_000,
      `${version} is a canary`,
    );
  };
  const inForce = async (...versions: string[]): Promise<void> => {
    for (const version of versions) {
      await bring(version);
      await sut.service.promote('good', 'chat:root');
    }
  };

  beforeAll(async () => {
    const runtime = new ComponentRuntime(
      new FakeComponentContainers(),
      new SystemClock(),
      new SystemRandom(),
    );
    const running = await runtime.start(manifestOf('1.0.0'), imageOf('1.0.0'), {
      ...{ word: 'look', labels: {}, lifetimeMs: 60_000 },
    });
    live = await running.session.tools(5_000);
    await running.close();
  });
  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    world = new World();
    sut = new InstallationBench(store, world, new FakeComponentContainers(), clock);
    await sut.service.start();
    sut.retention.start();
  });
  afterEach(async () => {
    await sut.retention.stop();
    await sut.service.stop();
    await store.close();
  });

  describe(EarlierLocks.name, () => {
    it('go back one by one, or to any that is named', async () => {
      await inForce('1.0.0', '1.1.0', '1.2.0', '1.3.0');
      expect(await sut.service.rollBack('good', 'chat:root')).toMatchObject({ lock: { version: '1.2.0' } });
      expect(await sut.service.rollBack('good', 'api:k1', '1.0.0')).toMatchObject({
        state: 'active',
        lock: { version: '1.0.0', image: imageOf('1.0.0') },
        reason: 'taken back by api:k1',
      });
      expect(await sut.journal.all()).toEqual(sut.installed.all());
      const [notice] = await store.all<{ text: string }>(
        'SELECT text FROM notices ORDER BY rowid DESC LIMIT 1',
      );
      expect(notice?.text).toMatch(/is 1\.0\.0 again/);
    });

    it('take an upgrade that is on its way with them', async () => {
      await inForce('1.0.0', '1.1.0');
      await bring('1.2.0');
      expect(await refusal(sut.service.rollBack('good', 'chat:root', '1.2.0'))).toMatch(
        /^COMPONENT_STATE: .* is the upgrade on its way/,
      );
      const back = await sut.service.rollBack('good', 'chat:root', '1.1.0');
      expect(back).toMatchObject({ state: 'active', lock: { version: '1.1.0' } });
      expect(back.next).toBeUndefined();
      await bring('1.3.0');
      const further = await sut.service.rollBack('good', 'chat:root', '1.0.0');
      expect(further).toMatchObject({ state: 'active', lock: { version: '1.0.0' } });
      expect(further.next).toBeUndefined();
      expect(await sut.journal.all()).toEqual([further]);
    });

    it('say in words what cannot be', async () => {
      await inForce('1.0.0', '1.1.0', '1.2.0');
      expect(await refusal(sut.service.rollBack('good', 'chat:root', '1.2.0'))).toMatch(
        /^COMPONENT_STATE: .* 1\.2\.0 is the version that is in use now/,
      );
      expect(await refusal(sut.service.rollBack('good', 'chat:root', '0.9.0'))).toMatch(
        /^COMPONENT_NOT_INSTALLED: .*never in force as version "0\.9\.0".*go back to 1\.1\.0, 1\.0\.0: !rollback/,
      );
      world.onEngine.delete(imageOf('1.0.0'));
      world.pullProblems.push(new RdzenError('IMAGE_MISSING', 'The registry has no such image.'));
      expect(await refusal(sut.service.rollBack('good', 'chat:root', '1.0.0'))).toMatch(
        /^IMAGE_MISSING: .*its image is gone from the engine.*The registry has no such image\).*Nothing was changed/,
      );
      expect(now()).toMatchObject({ state: 'active', lock: { version: '1.2.0' } });
    });

    it('make an open question stale: what it would change is something else by now', async () => {
      await inForce('1.0.0', '1.1.0');
      world.manifests.unshift(manifestOf('1.2.0'));
      world.tried(manifestOf('1.2.0'), live);
      const { code, details } = await sut.service.install(ASKED);
      expect(details).toMatchObject({ drift: { from: '1.1.0', to: '1.2.0' } });
      const [asked] = await store.all<{ text: string }>(
        'SELECT text FROM notices ORDER BY rowid DESC LIMIT 1',
      );
      expect(asked?.text).toMatch(
        /be upgraded to 1\.2\.0[\s\S]*- version: 1\.1\.0 → 1\.2\.0\n- rights, settings/,
      );
      await sut.service.rollBack('good', 'chat:root');
      expect(await refusal(sut.service.approve(code, 'chat:root'))).toMatch(/^APPROVAL_STALE/);
    });

    it('never hold what was quarantined, nor a canary that was taken back', async () => {
      await inForce('1.0.0');
      await bring('1.1.0');
      await sut.service.rollBack('good', 'chat:root');
      await inForce('1.2.0');
      expect(await refusal(sut.service.rollBack('good', 'chat:root', '1.1.0'))).toMatch(/never in force/);
      const { name, lock } = now() ?? { name: '', lock: { id: '' } };
      sut.bus.emit('component.drifted', { component: name, lockId: lock.id, reason: 'its image', at: 0 });
      await eventually(
        () => Promise.resolve(now()?.state),
        (state) => state === 'quarantined',
        10_000,
        'quarantined',
      );
      expect(await refusal(sut.service.rollBack('good', 'chat:root', '1.2.0'))).toMatch(
        /is the version that is quarantined/,
      );
      await inForce('1.3.0');
      expect(await refusal(sut.service.rollBack('good', 'chat:root', '1.2.0'))).toMatch(
        /never in force.*go back to 1\.0\.0/,
      );
    });

    it('tell a first canary goodbye', async () => {
      await bring('1.0.0');
      expect(await sut.service.rollBack('good', 'chat:root')).toMatchObject({ state: 'removed' });
    });
  });

  describe(ImageRetention.name, () => {
    const images = (): string[] => [...world.onEngine].sort();
    const kept = (...versions: string[]): string[] => versions.map(imageOf).sort();
    const later = async (expected: string[]): Promise<void> => {
      await clock.advance(60_000);
      await eventually(
        () => Promise.resolve(images()),
        (found) => found.join() === expected.join(),
        10_000,
        `the engine has ${expected.join()}`,
      );
    };

    it('keeps the images of two locks, and those of a canary beside them', async () => {
      await inForce('1.0.0', '1.1.0');
      await bring('1.2.0');
      await later(kept('1.0.0', '1.1.0', '1.2.0'));
      await sut.service.promote('good', 'chat:root');
      expect(images()).toEqual(kept('1.0.0', '1.1.0', '1.2.0'));
      await later(kept('1.1.0', '1.2.0'));
      // Out of the registry once more, and then it is one of the two.
      await sut.service.rollBack('good', 'chat:root', '1.0.0');
      expect(images()).toContain(imageOf('1.0.0'));
      await later(kept('1.0.0'));
    });

    it('comes back for one that a container still uses', async () => {
      world.inUse.add(imageOf('1.0.0'));
      await inForce('1.0.0', '1.1.0', '1.2.0');
      await clock.advance(120_000);
      expect(images()).toEqual(kept('1.0.0', '1.1.0', '1.2.0'));
      world.inUse.clear();
      await clock.advance(9 * 60_000);
      await later(kept('1.1.0', '1.2.0'));
    });
  });
});
