import { shownState, workOf } from '../core-registry/core-states';
import type { Core, CoreCondition } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';
import { RdzenError } from '../shared/rdzen-error';
import type { SwitchoverWish } from './switchover';

/** Longer than a repair takes: one that is down for a moment may be the first to be back. */
const USELESS_AFTER_MS = 5 * 60_000;
/** What an administrator lays on a core that is not to take over, in words. */
const SPARED: readonly [CoreCondition, string][] = [
  ['stopped', 'stopped'],
  ['maintenance', 'in maintenance'],
  ['draining', 'not to be given new work'],
];

/**
 * From which core to which, or why not.
 *
 * @throws RdzenError CORE_NOT_FOUND, CORE_NOT_ACTIVE, CORE_NOT_READY, NO_STAND_IN
 */
export function choosePlan(
  cores: readonly Core[],
  { from, to, forced = false }: Pick<SwitchoverWish, 'from' | 'to' | 'forced'>,
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
    const best = rankCandidates(cores.filter(({ id }) => id !== active.id)).find(isStandIn);
    if (!best) throw noStandIn(active.id);
    return { from: active.id, to: best.id };
  }
  const target = requireCore(cores, to);
  if (target.role === 'active')
    throw new RdzenError(
      'CORE_NOT_READY',
      `Core ${to} is the active one already, so there is nowhere to go.`,
    );
  // Maintenance and a stop are an administrator's word, which force does not overrule.
  if (workOf(target) === 'never' || (!forced && !isStandIn(target))) throw notReady(target);
  return { from: active.id, to };
}

/**
 * The active core, and one that alone can answer, are not taken out of work.
 *
 * @throws RdzenError NO_STAND_IN
 */
export function requireSpare(cores: readonly Core[], id: number): void {
  const usable = rankCandidates(cores);
  const alone = usable.length > 0 && usable.every((core) => core.id === id);
  if (alone || cores.some((core) => core.id === id && core.role === 'active')) throw noStandIn(id);
}

/**
 * One that goes for good: another is proven, or it has been of no use for long. As long as the states are not known, as
 * after a restart, it may be the last one that can answer.
 *
 * @param now monotonic ms
 * @throws RdzenError NO_STAND_IN
 */
export function requireDispensable(cores: readonly Core[], id: number, now: number): void {
  const { role, state, troubleSince = now } = requireCore(cores, id);
  const replaced = cores.some((core) => core.id !== id && core.state === 'ready' && workOf(core) !== 'never');
  const useless = state === 'down' && now - troubleSince >= USELESS_AFTER_MS;
  if (role === 'active' || !(replaced || useless)) throw noStandIn(id);
}

/** It could be made active now: proven, and nobody wants it to be spared. */
function isStandIn(core: Core): boolean {
  return core.state === 'ready' && workOf(core) !== 'never' && !core.conditions.has('draining');
}

function noStandIn(id: number): RdzenError {
  return new RdzenError(
    'NO_STAND_IN',
    `Core ${id} cannot be spared: no other core is ready to take over. Wait until /status shows one that is.`,
  );
}

function notReady({ id, conditions, state, reason }: Core): RdzenError {
  const [kind, words] = SPARED.find(([each]) => conditions.has(each)) ?? ([] as [CoreCondition?, string?]);
  const kept = kind && conditions.get(kind);
  const detail = kept
    ? `${words} (by ${kept.by}: ${kept.reason}), so it cannot take over. End that first.`
    : `${shownState({ state, conditions })} (${reason}), so it cannot take over. Wait until /status says "ready" and try again.`;
  return new RdzenError('CORE_NOT_READY', `Core ${id} is ${detail}`);
}

function requireCore(cores: readonly Core[], id: number): Core {
  const core = cores.find((each) => each.id === id);
  if (core) return core;
  throw new RdzenError(
    'CORE_NOT_FOUND',
    `There is no core ${id}. The cores are ${cores.map((each) => each.id).join(', ')}.`,
  );
}
