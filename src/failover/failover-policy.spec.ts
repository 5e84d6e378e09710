import { aCore, held } from '../../test/support/a-core';
import type { CoreState } from '../core-registry/core.types';
import { decideFailover, isProven, type Situation } from './failover-policy';

/** Long after the start. */
const LONG: Situation = { runningMs: 60_000, awaitingMs: 0, switches: 0, cluster: new Map() };

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
    expect(decideFailover([aCore(1, active), aCore(2, standby)], LONG)?.to).toBe(to);
  });

  it('leaves a core that never came up, but only after the start-up grace', () => {
    const cores = [aCore(1, 'starting'), aCore(2, 'ready')];
    expect(decideFailover(cores, { ...LONG, runningMs: 9_000, awaitingMs: 9_000 })).toBeUndefined();
    expect(decideFailover(cores, { ...LONG, runningMs: 10_000, awaitingMs: 10_000 })).toMatchObject({
      to: 2,
      cause: 'core 1 did not come up',
    });
  });

  it('gives a core that was never ready the start-up grace, unless its process is known to have ended', () => {
    const early = { ...LONG, runningMs: 9_999 };
    expect(decideFailover([aCore(1, 'down'), aCore(2, 'ready')], early)).toBeUndefined();
    expect(decideFailover([aCore(1, 'down'), aCore(2, 'ready')], LONG)?.to).toBe(2);
    expect(decideFailover([aCore(1, 'down', { wasReady: true }), aCore(2, 'ready')], early)?.to).toBe(2);
    expect(decideFailover([aCore(1, 'down', { exited: true }), aCore(2, 'ready')], early)?.to).toBe(2);
  });

  it('prefers a ready core to a warming one, then the one that failed less', () => {
    const cores = [
      aCore(1, 'down'),
      aCore(2, 'warming'),
      aCore(3, 'ready', { failures: [1, 2] }),
      aCore(4, 'ready'),
    ];
    expect(decideFailover(cores, LONG)).toMatchObject({ to: 4, evidence: 'core 1 reason' });
  });

  it('leaves nothing while it is paused or pinned', () => {
    const cores = [aCore(1, 'down'), aCore(2, 'ready')];
    for (const kind of ['paused', 'pinned'] as const)
      expect(decideFailover(cores, { ...LONG, cluster: new Map([[kind, true]]) })).toBeUndefined();
    expect(decideFailover(cores, { ...LONG, cluster: new Map([['tilted', true]]) })?.kind).toBe('switch');
  });

  it('pins where it would be the fourth switch in ten minutes', () => {
    const cores = [aCore(1, 'down'), aCore(2, 'ready')];
    expect(decideFailover(cores, { ...LONG, switches: 2 })?.kind).toBe('switch');
    expect(decideFailover(cores, { ...LONG, switches: 3 })?.kind).toBe('pin');
    expect(decideFailover([aCore(1, 'ready'), aCore(2, 'ready')], { ...LONG, switches: 3 })).toBeUndefined();
  });

  it('goes to a quarantined core only when there is no other, and to none in maintenance', () => {
    const quarantined = aCore(2, 'ready', { conditions: held('quarantined') });
    expect(decideFailover([aCore(1, 'down'), quarantined, aCore(3, 'ready')], LONG)?.to).toBe(3);
    expect(decideFailover([aCore(1, 'down'), quarantined], LONG)?.to).toBe(2);
    const maintained = aCore(2, 'ready', { conditions: held('maintenance') });
    expect(decideFailover([aCore(1, 'down'), maintained], LONG)).toBeUndefined();
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
    expect(isProven(aCore(1, state, { wasReady }))).toBe(proven);
  });
});
