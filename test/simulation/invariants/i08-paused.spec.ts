import { VirtualClock } from '../../support/virtual-clock';
import type { DiskChange } from '../world/disk';
import { Ledger } from '../world/ledger';
import { PAUSED } from './i08-paused';
import type { World } from '../world/world';
import type { Verdict } from './invariant';

describe(PAUSED.name, () => {
  let clock: VirtualClock;
  let ledger: Ledger;

  const commit = (change: DiskChange): Verdict => {
    ledger.apply(change, clock.now());
    return PAUSED.onCommit?.({ ledger, clock } as World, change, undefined);
  };
  const repair = (core: number): Verdict =>
    commit({ what: 'repair', core, step: 'restart', at: clock.now() });
  const switched = (by: string): Verdict => commit({ what: 'transition', epoch: 2, from: 1, to: 2, by });

  beforeEach(() => {
    clock = new VirtualClock();
    ledger = new Ledger();
  });

  it('condemns what is done during a pause, to its last millisecond', async () => {
    commit({ what: 'hold', subject: 0, kind: 'paused', held: true, forMs: 60_000 });
    await clock.advance(59_999);
    expect(repair(2)).toBe('core 2 was repaired (restart) during a pause');
    expect(switched('automatic')).toBe('epoch 2 was begun by itself during a pause');
    expect(switched('chat:root')).toBeUndefined();
  });

  it('leaves alone what is done when the pause is over and its row is not yet erased', async () => {
    commit({ what: 'hold', subject: 0, kind: 'paused', held: true, forMs: 60_000 });
    await clock.advance(60_000);
    expect(repair(2)).toBeUndefined();
    expect(switched('automatic')).toBeUndefined();
  });

  it('counts anew from a pause that replaces one, and not beyond one that was ended', async () => {
    commit({ what: 'hold', subject: 0, kind: 'paused', held: true, forMs: 60_000 });
    await clock.advance(50_000);
    commit({ what: 'hold', subject: 0, kind: 'paused', held: true, forMs: 60_000 });
    await clock.advance(50_000);
    expect(repair(2)).toMatch('during a pause');
    commit({ what: 'hold', subject: 0, kind: 'paused', held: false });
    expect(repair(2)).toBeUndefined();
  });

  it('guards a core in maintenance without an end, and that core alone', async () => {
    commit({ what: 'hold', subject: 2, kind: 'maintenance', held: true, forMs: null });
    await clock.advance(3_600_000);
    expect(repair(2)).toBe('core 2 was repaired (restart) while it was in maintenance');
    expect(switched('chat:root')).toBe('epoch 2 went to core 2, which is in maintenance');
    expect(repair(1)).toBeUndefined();
  });
});
