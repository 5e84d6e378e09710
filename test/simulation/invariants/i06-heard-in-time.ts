import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

const HEARD_WITHIN_MS = 20_000;

/** I6, first half: what was said while nobody listened is heard soon after the connection stands, not with the next sweep. */
export const HEARD_IN_TIME: Invariant = {
  name: 'I6 heard in time',

  onSecond({ gateway, ledger, trouble, clock, disk, lastDiskTrouble }: World): Verdict {
    const now = clock.monotonic();
    const { liveSince } = gateway?.socket ?? {};
    if (!gateway || gateway.stopping || gateway.life.frozen || disk.fails > 0 || liveSince === undefined)
      return undefined;
    const calm = Math.min(now - liveSince, trouble.calmMs, now - lastDiskTrouble, now - gateway.startedAt);
    if (calm < HEARD_WITHIN_MS) return undefined;
    // A room that refuses is left for the next sweep, so that it keeps no other waiting.
    if (trouble.refusedRoomAt > liveSince - HEARD_WITHIN_MS) return undefined;
    const unheard = [...ledger.asked.values()].find(
      ({ id, at, saidAt, deleted, overheard }) =>
        !ledger.rows.has(id) && !deleted && !overheard && at >= ledger.historyBefore && saidAt < liveSince,
    );
    return (
      unheard &&
      `${unheard.id} was said before the connection stood, ${now - liveSince} ms ago, and is not heard`
    );
  },
};
