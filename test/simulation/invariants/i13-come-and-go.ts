import { CoreRegistry } from '../../../src/core-registry/core-registry';
import type { DiskChange } from '../world/disk';
import { isFurther } from '../world/further-containers';
import type { World } from '../world/world';
import type { Invariant } from './invariant';

/**
 * I13: no two further cores are of one lock; one leaves only while another can answer, and never in the middle of an answer; at rest it is either one
 * of the set, in a container that runs, or nothing of it is left.
 */
export const COME_AND_GO: Invariant = {
  name: 'I13 cores come and go whole',

  onCommit({ gateway, further }: World, change: DiskChange) {
    if (change.what !== 'member') return undefined;
    const twin = [...further.values()].find(
      ({ id, lock, phase }) => lock === change.lock && id !== change.id && phase !== 'gone',
    );
    if (twin) return `cores ${twin.id} and ${change.id} are both of ${change.lock}`;
    if (change.phase !== 'leaving' || !gateway?.knowsCore(change.id)) return undefined;
    const all = gateway.get(CoreRegistry).all();
    const [others, own] = [all.filter(({ id }) => id !== change.id), all.find(({ id }) => id === change.id)];
    // One that is only coming up will answer in a moment.
    if (own?.state !== 'ready' || others.some(({ state }) => state === 'ready' || state === 'warming'))
      return undefined;
    return `core ${change.id} leaves, and no other can answer: ${others.map(({ id, state }) => `core ${id} is ${state}`).join(', ')}`;
  },

  onSecond({ members }: World) {
    const [last] = members.removedLast;
    if (last !== undefined) return `core ${last} was removed, was well, and no other answered`;
    const [id] = members.removedWriting;
    return id === undefined ? undefined : `core ${id} was removed in the middle of an answer, and was well`;
  },

  atRest({ further, gateway, members, wishes }: World) {
    if (!gateway) return undefined;
    for (const { id, lock, phase } of further.values()) {
      const [known, there] = [members.has(id), gateway.knowsCore(id)];
      if (phase === 'joined' && (!known || !there || wishes.isUnwanted(lock)))
        return `core ${id} is a member on disk; its container is ${known ? 'there' : 'gone'}, the gateway ${there ? 'knows' : 'does not know'} it`;
      if (phase === 'gone' && (known || there))
        return `core ${id} is gone on disk; its container is ${known ? 'there' : 'gone'}, the gateway ${there ? 'knows' : 'does not know'} it`;
      if (phase !== 'joined' && phase !== 'gone') return `core ${id} is still ${phase}`;
    }
    const stray = members.ids.find((id) => isFurther(id) && !further.has(id));
    return stray === undefined
      ? undefined
      : `a container of core ${stray} stands there, and no row tells of it`;
  },
};
