import type { DiskChange } from '../world/disk';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

/**
 * I8: while an administrator has paused the cluster, or holds a core in maintenance, nothing switches by itself. The
 * product has no such command yet, so `world.paused` stays empty; whoever adds one lets people give it in the plan.
 */
export const PAUSED: Invariant = {
  name: 'I8 nothing by itself while paused',

  onCommit({ paused, clock }: World, change: DiskChange): Verdict {
    if (change.what !== 'transition' || change.by !== 'automatic') return undefined;
    const now = clock.monotonic();
    const pause = paused.find(({ from, until }) => from <= now && now < until);
    return pause && `epoch ${change.epoch} was begun by itself during a pause`;
  },
};
