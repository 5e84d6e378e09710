import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

/** Hang to ready is promised within 20 s; the rest is what the gateway's own start and troubles may cost. */
const REPAIRED_WITHIN_MS = 25_000;
/** After these the gateway looks anew. */
const CALM_MS = 30_000;

/** I6: where one core hangs and the others are well, it is repaired in bound, unless an administrator said otherwise. */
export const REPAIRED_IN_TIME: Invariant = {
  name: 'I6 repaired in time',

  onSecond(world: World): Verdict {
    const { gateway, ledger, cores, clock, plan, disk } = world;
    if (!plan.containers || !gateway || gateway.stopping || gateway.life.frozen || disk.fails > 0)
      return undefined;
    const now = clock.monotonic();
    const calmSince = Math.max(gateway.startedAt, world.lastTilt, world.lastDiskTrouble, world.lastReleased);
    if (now - calmSince < CALM_MS) return undefined;
    const hurt = cores.hurts.filter(({ until }) => until === Infinity);
    const [hang] = hurt.filter(({ kind }) => kind === 'core-freeze');
    if (!hang || hurt.length > 1 || now - hang.from < REPAIRED_WITHIN_MS) return undefined;
    const { core } = hang;
    if (world.members.ids.some((id) => id !== core && cores.wasUnwell(id, CALM_MS))) return undefined;
    const spared = [
      '0 paused',
      `${core} maintenance`,
      `${core} stopped`,
      `${core} failed`,
      `${core} draining`,
    ];
    // It climbs the ladder with pauses where a step did not help.
    const tried = ledger.repairs.some((repair) => repair.core === core && clock.now() - repair.at < CALM_MS);
    if (tried || spared.some((hold) => ledger.holds.has(hold))) return undefined;
    return `core ${core} has hung for ${now - hang.from} ms, and nobody repairs it`;
  },
};
