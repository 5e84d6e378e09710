import type { DiskChange } from '../world/disk';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

/**
 * I8: while an administrator has paused the cluster nothing switches and nothing is repaired by itself; a core in
 * maintenance is neither made active nor repaired. An administrator's own word may move the cluster all the same. Either
 * lasts as long as it was meant to; what is over may stay on disk a little longer.
 */
export const PAUSED: Invariant = {
  name: 'I8 nothing by itself while paused',

  onCommit({ ledger: { holds }, clock }: World, change: DiskChange): Verdict {
    const held = (hold: string): boolean => clock.now() < (holds.get(hold) ?? -Infinity);
    const paused = held('0 paused');
    if (change.what === 'repair') {
      const { core, step } = change;
      if (paused) return `core ${core} was repaired (${step}) during a pause`;
      return held(`${core} maintenance`)
        ? `core ${core} was repaired (${step}) while it was in maintenance`
        : undefined;
    }
    if (change.what !== 'transition') return undefined;
    const { epoch, to, by } = change;
    if (held(`${to} maintenance`)) return `epoch ${epoch} went to core ${to}, which is in maintenance`;
    return paused && by === 'automatic' ? `epoch ${epoch} was begun by itself during a pause` : undefined;
  },
};
