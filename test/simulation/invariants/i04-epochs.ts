import { CoreRegistry } from '../../../src/core-registry/core-registry';
import type { DiskChange } from '../world/disk';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

/** Told from the disk: the last epoch and its core, by world. */
const lastTold = new WeakMap<World, { epoch: number; active: number }>();
const apart = new WeakMap<World, number>();

/** I4: the epoch grows by one with each switch, each switch is in the history, and there is one active core: the disk's. */
export const EPOCHS: Invariant = {
  name: 'I4 epochs grow one by one',

  onCommit(world: World, change: DiskChange): Verdict {
    if (change.what === 'epoch') {
      const before = lastTold.get(world);
      lastTold.set(world, { epoch: change.epoch, active: change.active });
      if (!before || change.epoch === before.epoch + 1) return undefined;
      return `epoch ${change.epoch} followed epoch ${before.epoch}`;
    }
    if (change.what !== 'transition') return undefined;
    const { epoch, from, to } = change;
    if (from === to) return `epoch ${epoch} switched from core ${from} to itself`;
    const { cluster } = world.ledger;
    return cluster?.epoch === epoch && cluster.active === to
      ? undefined
      : `the history says epoch ${epoch}, core ${to}; the cluster says ${JSON.stringify(cluster)}`;
  },

  onSecond(world: World): Verdict {
    const registry = world.gateway?.get(CoreRegistry);
    const cores = registry?.all() ?? [];
    const { cluster } = world.ledger;
    if (!registry || cores.length === 0 || !cluster) return undefined;
    const active = cores.filter(({ role }) => role === 'active');
    if (active.length !== 1) return `${active.length} cores are active at once`;
    const same = registry.epoch === cluster.epoch && active[0]?.id === cluster.active;
    // A promotion may be just between its commit and its word.
    const seconds = same ? 0 : (apart.get(world) ?? 0) + 1;
    apart.set(world, seconds);
    return seconds > 2
      ? `memory says epoch ${registry.epoch}, core ${active[0]?.id}; the disk says ${JSON.stringify(cluster)}`
      : undefined;
  },

  atRest({ ledger }: World): Verdict {
    const epochs = ledger.switches.map(({ epoch }) => epoch);
    const { epoch: last = 1 } = ledger.cluster ?? {};
    const whole = epochs.length === last - 1 && epochs.every((epoch, index) => epoch === index + 2);
    return whole ? undefined : `epoch ${last} has a history of switches to ${epochs.join(', ') || 'nothing'}`;
  },
};
