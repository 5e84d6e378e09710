import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../../support/chat-person';
import { componentImages } from '../../support/components/component-image';
import { registryMissing } from '../../support/components/local-registry';
import { testComponent } from '../../support/components/manifests';
import { ComponentRoad } from './support/component-road';

const missing = existsSync('/var/run/docker.sock') ? registryMissing : 'no Docker engine';
const suite = missing === undefined ? describe : describe.skip;
if (missing !== undefined) process.stderr.write(`SKIPPED deaths in an installation: ${missing}\n`);

/** More points than any step has; the last one is reached without a death. */
const MOST_POINTS = 16;
jest.setTimeout(400_000);

type State = 'none' | 'installing' | 'canary' | 'active' | 'removed';

interface Step {
  name: string;
  /** What was there before, as kept by {@link snapshot}. */
  from: 'tried' | 'asked' | 'canary' | 'active';
  act: () => Promise<unknown>;
  /** In which it may stand after the restart, once nothing moves any more. */
  may: State[];
  /** Where all went well. */
  to: State;
}

/** The real process is really killed before and after each write that a step makes, with a real engine behind it. */
suite('deaths in the middle of an installation', () => {
  let road: ComponentRoad;
  let kept: string;
  let arm: string;
  let code = '';

  const api = (method: string, path: string, body?: unknown) => road.stage.rdzen.api(method, path, body);
  const state = async (): Promise<State> => {
    const { status, body } = await api('GET', '/api/v1/components');
    expect(status).toBe(200);
    const [one] = body as unknown as { state: State }[];
    return one?.state ?? 'none';
  };
  const becomes = (...states: State[]): Promise<State> =>
    eventually(state, (now) => states.includes(now), 60_000, `it is ${states.join(' or ')}`);
  const written = (): string =>
    (
      JSON.parse(readFileSync(join(road.stage.rdzen.data, 'shared/components/registry.json'), 'utf8')) as {
        components: { state?: string; status?: string }[];
      }
    ).components
      .map((one) => one.state ?? one.status ?? JSON.stringify(one))
      .join();
  const launch = async (): Promise<void> => {
    await road.stage.run({
      NODE_OPTIONS: `--require ${resolve('test/docker/components/support/die-at-write.cjs')}`,
      TEST_DIE_DIST: resolve('dist'),
      TEST_DIE_AT_FILE: arm,
    });
  };
  /** Stops the process, and keeps its data under a name. */
  const snapshot = async (name: Step['from']): Promise<void> => {
    await road.stage.rdzen.exitCleanly();
    cpSync(road.stage.rdzen.data, join(kept, name), { recursive: true });
  };
  const restore = (name: Step['from']): void => {
    rmSync(road.stage.rdzen.data, { recursive: true, force: true });
    cpSync(join(kept, name), road.stage.rdzen.data, { recursive: true });
  };

  beforeAll(async () => {
    kept = mkdtempSync(join(tmpdir(), 'rdzen-kept-'));
    arm = join(kept, 'die-at');
    const component = testComponent('good');
    const images = await componentImages([component]);
    road = await ComponentRoad.open();
    await road.offer(component, images.good ?? '');
    await road.begin();
    expect(await road.trial('good')).toMatch(/passed its trial/);
    await snapshot('tried');
    await launch();
    const { body } = await api('POST', '/api/v1/components', { component: 'good' });
    code = String(body.code);
    await snapshot('asked');
    await launch();
    await api('POST', `/api/v1/approvals/${code}/approve`);
    await becomes('canary');
    await snapshot('canary');
    await launch();
    await api('POST', '/api/v1/components/good/promote');
    await becomes('active');
    await snapshot('active');
  }, 300_000);
  afterAll(async () => {
    if (road && !road.stage.rdzen.exited) await road.stage.rdzen.exitCleanly();
    const left = await road?.left();
    await road?.close();
    rmSync(kept, { recursive: true, force: true });
    expect(left).toEqual([]);
  }, 90_000);

  const approve = (): Promise<unknown> => api('POST', `/api/v1/approvals/${code}/approve`);
  const STEPS: Step[] = [
    {
      name: 'approval, pulling, comparing, locking',
      from: 'asked',
      act: approve,
      may: ['none', 'canary'],
      to: 'canary',
    },
    {
      name: 'promotion',
      from: 'canary',
      act: () => api('POST', '/api/v1/components/good/promote'),
      may: ['canary', 'active'],
      to: 'active',
    },
    {
      name: 'rollback',
      from: 'canary',
      act: () => api('POST', '/api/v1/components/good/rollback'),
      may: ['canary', 'removed'],
      to: 'removed',
    },
    {
      name: 'removal',
      from: 'active',
      act: () => api('DELETE', '/api/v1/components/good'),
      may: ['active', 'removed'],
      to: 'removed',
    },
  ];

  it.each(STEPS)('$name: goes on or back, never half', async ({ name, from, act, may, to }) => {
    let deaths = 0;
    for (let point = 1; point <= MOST_POINTS; point++) {
      restore(from);
      rmSync(arm, { force: true });
      await launch();
      writeFileSync(arm, String(point));
      await act().catch(() => undefined);
      const died = await eventually(
        async () => (road.stage.rdzen.exited ? 'died' : await state().catch(() => 'none')),
        (now) => now === 'died' || now === to,
        60_000,
        'it is done, or dead',
      );
      // What follows the last change of state may be struck, too.
      if (died !== 'died') await new Promise((done) => setTimeout(done, 300));
      const over = road.stage.rdzen.exited;
      rmSync(arm, { force: true });
      if (!over) {
        await settled(to);
        await road.stage.rdzen.exitCleanly();
        break;
      }
      deaths++;
      await road.stage.died();
      await launch();
      await settled(await becomes(...may));
      if ((await state()) !== to) {
        await act();
        await settled(await becomes(to));
      }
      await road.stage.kill();
    }
    process.stdout.write(`\n${name}: ${deaths} deaths\n`);
    expect(deaths).toBeGreaterThanOrEqual(2);
    expect(deaths).toBeLessThan(MOST_POINTS);
  });

  /** registry.json follows, and nothing is being tried or fetched. */
  async function settled(now: State): Promise<void> {
    expect(await state()).toBe(now);
    const shown = now === 'none' || now === 'removed' ? ['', 'removed'] : [now];
    await eventually(written, (text) => shown.includes(text), 15_000, `registry.json shows ${now}`);
    await eventually(
      () => road.left(),
      ({ length }) => length === 0,
      30_000,
      'nothing is left',
    );
  }
});
