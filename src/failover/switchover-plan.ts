import { shownState, workOf } from '../core-registry/core-states';
import type { Core } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';
import { RdzenError } from '../shared/rdzen-error';
import type { SwitchoverWish } from './switchover';

/**
 * From which core to which, or why not.
 *
 * @throws RdzenError CORE_NOT_FOUND, CORE_NOT_ACTIVE, CORE_NOT_READY, NO_STAND_IN
 */
export function choosePlan(
  cores: readonly Core[],
  { from, to, forced = false }: SwitchoverWish,
): { from: number; to: number } {
  const active = cores.find(({ role }) => role === 'active');
  if (!active) throw new Error('No core is active');
  for (const id of [from, to]) if (id !== undefined) requireCore(cores, id);
  if (from !== undefined && from !== active.id)
    throw new RdzenError(
      'CORE_NOT_ACTIVE',
      `Core ${from} is not the active one: that is core ${active.id}. Look at /status and decide anew.`,
    );
  if (to === undefined) {
    const best = rankCandidates(cores.filter(({ id }) => id !== active.id)).find(
      ({ state }) => state === 'ready',
    );
    if (!best)
      throw new RdzenError(
        'NO_STAND_IN',
        `Core ${active.id} is active, and no other core is ready to take over. Wait until /status shows one that is.`,
      );
    return { from: active.id, to: best.id };
  }
  const target = requireCore(cores, to);
  if (target.role === 'active')
    throw new RdzenError(
      'CORE_NOT_READY',
      `Core ${to} is the active one already, so there is nowhere to go.`,
    );
  // Maintenance is an administrator's word, which force does not overrule.
  if (workOf(target) === 'never' || (!forced && target.state !== 'ready'))
    throw new RdzenError(
      'CORE_NOT_READY',
      `Core ${to} is ${shownState(target)} (${target.reason}), so it cannot take over. Wait until /status says "ready" and try again.`,
    );
  return { from: active.id, to };
}

function requireCore(cores: readonly Core[], id: number): Core {
  const core = cores.find((each) => each.id === id);
  if (core) return core;
  throw new RdzenError(
    'CORE_NOT_FOUND',
    `There is no core ${id}. The cores are ${cores.map((each) => each.id).join(', ')}.`,
  );
}
