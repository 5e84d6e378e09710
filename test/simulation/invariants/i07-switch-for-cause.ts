import type { DiskChange } from '../world/disk';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

const CAUSE_WITHIN_MS = 60_000;
const DEAD_FOR_MS = 10_000;
/** So long a core may take from its start until it answers, whoever waits. */
const COMES_UP_MS = 3_000;

const SWITCHES = { most: 3, withinMs: 10 * 60_000 };
const REPAIRS = { most: 5, withinMs: 30 * 60_000 };

/**
 * I7: an automatic switch leaves a core that was hurt and goes to none that has been dead for long; the brake and the
 * budget of repairs hold, over all restarts; and only a core that was hurt is repaired.
 */
export const SWITCH_FOR_CAUSE: Invariant = {
  name: 'I7 switches have a cause',

  onCommit(world: World, change: DiskChange): Verdict {
    const { cores, ledger, clock } = world;
    if (change.what === 'repair') return unfounded(world, change);
    if (change.what !== 'transition' || change.by !== 'automatic') return undefined;
    const { epoch, from, to } = change;
    // One that is to leave is left though it is well.
    if (world.further.get(from)?.phase === 'leaving') return undefined;
    if (!cores.hurtWithin(from, CAUSE_WITHIN_MS)) return `epoch ${epoch} left core ${from}, which was well`;
    const now = clock.monotonic();
    const dead = cores.hurts.some(
      ({ core, kind, from: since, until }) =>
        core === to && kind === 'core-kill' && until === Infinity && now - since > DEAD_FOR_MS,
    );
    if (dead) return `epoch ${epoch} went to core ${to}, which has been dead for long`;
    const automatic = ledger.switches.filter(
      ({ by, at }) => by === 'automatic' && clock.now() - at < SWITCHES.withinMs,
    ).length;
    return automatic > SWITCHES.most && world.skewMs === 0 && !switchedByHand(world)
      ? `${automatic} automatic switches within ten minutes`
      : undefined;
  },
};

/** Whoever makes a core active by hand takes the brake off. */
function switchedByHand({ ledger }: World): boolean {
  return ledger.switches.some(({ by }) => by !== 'automatic');
}

function unfounded({ cores, ledger, clock }: World, { core, step }: { core: number; step: string }): Verdict {
  // An answer that broke off is a reason to look, and none to end a process over.
  if (!cores.wasUnwell(core, CAUSE_WITHIN_MS)) return `core ${core} was repaired (${step}), and was well`;
  // One that dies again and again is made anew whatever it is doing.
  if (step !== 'recreate' && cores.isComingUp(core, COMES_UP_MS))
    return `core ${core} was repaired (${step}) while it was only coming up`;
  const repairs = ledger.repairs.filter(
    (repair) => repair.core === core && clock.now() - repair.at < REPAIRS.withinMs,
  ).length;
  return repairs > REPAIRS.most
    ? `core ${core} was repaired ${repairs} times within half an hour`
    : undefined;
}
