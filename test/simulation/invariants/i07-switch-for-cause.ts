import type { DiskChange } from '../world/disk';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

const CAUSE_WITHIN_MS = 60_000;
const DEAD_FOR_MS = 10_000;

/**
 * I7, as far as there is something to keep: an automatic switch leaves a core that was hurt, goes to none that has been
 * dead for long, and there are no more switches than hurts. Budgets of repair and the brake on switches have no code
 * yet; their counts belong here once they have.
 */
export const SWITCH_FOR_CAUSE: Invariant = {
  name: 'I7 switches have a cause',

  onCommit({ cores, ledger, clock }: World, change: DiskChange): Verdict {
    if (change.what !== 'transition' || change.by !== 'automatic') return undefined;
    const { epoch, from, to } = change;
    if (!cores.hurtWithin(from, CAUSE_WITHIN_MS)) return `epoch ${epoch} left core ${from}, which was well`;
    const now = clock.monotonic();
    const dead = cores.hurts.some(
      ({ core, kind, from: since, until }) =>
        core === to && kind === 'core-kill' && until === Infinity && now - since > DEAD_FOR_MS,
    );
    if (dead) return `epoch ${epoch} went to core ${to}, which has been dead for long`;
    const automatic = ledger.switches.filter(({ by }) => by === 'automatic').length;
    return automatic > cores.hurts.length
      ? `${automatic} automatic switches, and cores were hurt ${cores.hurts.length} times`
      : undefined;
  },
};
