import type { Core, CoreState } from '../core-registry/core.types';
import { clusterMode, decideFailover, isProven } from './failover-policy';

const core = (id: number, state: CoreState, rest: Partial<Core> = {}): Core => ({
  id,
  kind: 'scripted',
  url: `http://127.0.0.1:${id}`,
  host: 'local',
  slots: 1,
  role: id === 1 ? 'active' : 'standby',
  state,
  reason: `core ${id} reason`,
  since: 0,
  inFlight: 0,
  failures: [],
  speed: {},
  ...rest,
});

/** Long after the start. */
const LONG = { runningMs: 60_000, awaitingMs: 0 };

describe(decideFailover.name, () => {
  it.each<[CoreState, CoreState, number | undefined]>([
    ['ready', 'ready', undefined],
    ['suspect', 'ready', undefined],
    ['warming', 'ready', undefined],
    ['down', 'ready', 2],
    ['down', 'warming', 2],
    ['down', 'suspect', undefined],
    ['down', 'down', undefined],
    ['down', 'starting', undefined],
  ])('active %s, standby %s: goes to %p', (active, standby, to) => {
    expect(decideFailover([core(1, active), core(2, standby)], LONG)?.to).toBe(to);
  });

  it('leaves a core that never came up, but only after the start-up grace', () => {
    const cores = [core(1, 'starting'), core(2, 'ready')];
    expect(decideFailover(cores, { runningMs: 9_000, awaitingMs: 9_000 })).toBeUndefined();
    expect(decideFailover(cores, { runningMs: 10_000, awaitingMs: 10_000 })).toMatchObject({
      to: 2,
      cause: 'core 1 did not come up',
    });
  });

  it('gives a core that was never ready the start-up grace, unless its process is known to have ended', () => {
    const early = { runningMs: 9_999, awaitingMs: 0 };
    expect(decideFailover([core(1, 'down'), core(2, 'ready')], early)).toBeUndefined();
    expect(decideFailover([core(1, 'down'), core(2, 'ready')], LONG)?.to).toBe(2);
    expect(decideFailover([core(1, 'down', { wasReady: true }), core(2, 'ready')], early)?.to).toBe(2);
    expect(decideFailover([core(1, 'down', { exited: true }), core(2, 'ready')], early)?.to).toBe(2);
  });

  it('prefers a ready core to a warming one, then the one that failed less', () => {
    const cores = [
      core(1, 'down'),
      core(2, 'warming'),
      core(3, 'ready', { failures: [1, 2] }),
      core(4, 'ready'),
    ];
    expect(decideFailover(cores, LONG)).toMatchObject({ to: 4, evidence: 'core 1 reason' });
  });
});

describe(clusterMode.name, () => {
  it('counts what could answer', () => {
    expect(clusterMode([core(1, 'ready'), core(2, 'ready')])).toBe('NORMAL');
    expect(clusterMode([core(1, 'ready'), core(2, 'down')])).toBe('SINGLE');
    expect(clusterMode([core(1, 'suspect'), core(2, 'down')])).toBe('BLACKOUT');
    expect(clusterMode([core(1, 'ready')])).toBe('NORMAL');
  });

  it('takes no core for a stand-in that is still to be proven, but for one that is kept cold on purpose', () => {
    expect(clusterMode([core(1, 'ready'), core(2, 'warming')])).toBe('SINGLE');
    expect(clusterMode([core(1, 'warming'), core(2, 'warming')])).toBe('SINGLE');
    expect(clusterMode([core(1, 'ready'), core(2, 'warming', { cold: true })])).toBe('NORMAL');
  });
});

describe(isProven.name, () => {
  it.each<[CoreState, boolean, boolean]>([
    ['ready', true, true],
    ['warming', false, false],
    ['warming', true, true],
    ['suspect', true, false],
    ['down', true, false],
  ])('%s, ready before: %s -> %s', (state, wasReady, proven) => {
    expect(isProven(core(1, state, { wasReady }))).toBe(proven);
  });
});
