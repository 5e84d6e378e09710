import { CoreRegistry } from '../../../src/core-registry/core-registry';
import { SILENT } from '../world/cores';
import { isTerminal } from '../world/ledger';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

/** The bound for a silent core is 6 s; the rest is the second we look at. */
const SWITCHED_WITHIN_MS = 8_000;
/** A gateway that has just begun to watch waits this long before it trusts its eyes. */
const FIRST_LOOK_MS = 14_000;
const TOLD_WITHIN_MS = 12_000;

/**
 * I6: with a healthy core a new message is answered in bound (the run asks one in every room at the end); a core that
 * answers nothing is left within 2.6's bound while another is well; with none, whoever waits is told.
 */
export const ANSWERED_IN_TIME: Invariant = {
  name: 'I6 answered in time',

  onSecond(world: World): Verdict {
    const { gateway, ledger, cores, clock } = world;
    const now = clock.monotonic();
    if (!gateway || gateway.stopping || gateway.life.frozen || now - gateway.startedAt < FIRST_LOOK_MS)
      return undefined;
    if (
      now - world.lastTilt < FIRST_LOOK_MS ||
      world.disk.fails > 0 ||
      now - world.lastDiskTrouble < FIRST_LOOK_MS
    )
      return undefined;
    const silentSince = (id: number): number =>
      Math.min(
        ...cores.hurts
          .filter(({ core, kind, until }) => core === id && until === Infinity && SILENT.has(kind))
          .map(({ from }) => from),
      );
    const { active = 0 } = ledger.cluster ?? {};
    const silentMs = now - silentSince(active);
    const well = cores.ids.find(
      (id) => !cores.wasUnwell(id, 20_000) && !ledger.holds.has(`${id} maintenance`),
    );
    // Then only the name of the active core stands still; the run's last questions are answered all the same.
    const standsStill = ledger.holds.has('0 paused') || ledger.holds.has('0 pinned');
    if (!standsStill && silentMs > SWITCHED_WITHIN_MS && well !== undefined) {
      const { state, reason } = gateway.get(CoreRegistry).get(active);
      return `core ${active} has been silent for ${silentMs} ms (${state}: ${reason}), core ${well} is well, and nobody switched`;
    }
    const blackoutMs = Math.min(...world.members.ids.map((id) => now - silentSince(id)));
    return blackoutMs > TOLD_WITHIN_MS ? untold(world) : undefined;
  },
};

function untold({ ledger, clock }: World): Verdict {
  const waiting = [...ledger.rows.values()].find(({ id, kind, state, acceptedAt }) => {
    const asked = ledger.asked.get(id);
    if (kind !== 'question' || isTerminal(state) || state === 'generated' || state === 'posting')
      return false;
    if (!asked || clock.now() - acceptedAt < TOLD_WITHIN_MS) return false;
    const told = [...ledger.notices.values()].some(
      ({ key, roomId, threadId }) =>
        key.startsWith('blackout:') && roomId === asked.roomId && (threadId ?? undefined) === asked.threadId,
    );
    return !told;
  });
  return waiting && `no core answers, ${waiting.id} waits, and nobody said so in its room`;
}
