import type { Core, CoreState } from '../core-registry/core.types';
import { clusterMode, decideFailover } from './failover-policy';

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
    expect(decideFailover([core(1, active), core(2, standby)], 1000)?.to).toBe(to);
  });

  it('leaves a core that never came up, but only after the start-up grace', () => {
    const cores = [core(1, 'starting'), core(2, 'ready')];
    expect(decideFailover(cores, 9_000)).toBeUndefined();
    expect(decideFailover(cores, 10_000)).toMatchObject({ to: 2, cause: 'core 1 did not come up' });
  });

  it('prefers a ready core to a warming one, then the one that failed less', () => {
    const cores = [
      core(1, 'down'),
      core(2, 'warming'),
      core(3, 'ready', { failures: [1, 2] }),
      core(4, 'ready'),
    ];
    expect(decideFailover(cores, 0)).toMatchObject({ to: 4, evidence: 'core 1 reason' });
  });
});

describe(clusterMode.name, () => {
  it('counts what could answer', () => {
    expect(clusterMode([core(1, 'ready'), core(2, 'ready')])).toBe('NORMAL');
    expect(clusterMode([core(1, 'ready'), core(2, 'down')])).toBe('SINGLE');
    expect(clusterMode([core(1, 'suspect'), core(2, 'down')])).toBe('BLACKOUT');
    expect(clusterMode([core(1, 'ready')])).toBe('NORMAL');
  });
});
