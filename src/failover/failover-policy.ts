import type { ClusterCondition, Core } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';

const STARTUP_GRACE_MS = 10_000;

/** Automatic switches within {@link BRAKE_WINDOW_MS} after which the active core stays what it is. */
export const MOST_SWITCHES = 3;
export const BRAKE_WINDOW_MS = 10 * 60_000;

export interface FailoverDecision {
  /** `pin`: it should be left, but switches are too many already. */
  kind: 'switch' | 'pin';
  to: number;
  cause: string;
  evidence: string;
}

/** Monotonic durations, so that a wall clock that jumps decides nothing. */
export interface Situation {
  /** Since this process began to watch. */
  runningMs: number;
  /** For how long the active core has been awaited (unknown or starting); 0 where it is neither. */
  awaitingMs: number;
  /** Automatic switches in the last ten minutes. */
  switches: number;
  cluster: ReadonlyMap<ClusterCondition, unknown>;
}

/**
 * Whether to leave the active core, decided from states alone. A core that is down is left at once, except shortly after
 * our own start while it may only be slower than we are: then only if its process is known to have ended. One that is
 * awaited in vain is left after the same grace. Failback is off: the core that was left stays standby when it returns.
 *
 * While the cluster is paused, or pinned after too many switches, nothing is left: answers go to whatever core can give
 * them all the same, and only the name of the active one stands still.
 */
export function decideFailover(cores: readonly Core[], situation: Situation): FailoverDecision | undefined {
  const { runningMs, awaitingMs, switches, cluster } = situation;
  const active = cores.find(({ role }) => role === 'active');
  if (!active || cluster.has('paused') || cluster.has('pinned')) return undefined;
  const cold = runningMs < STARTUP_GRACE_MS && !active.wasReady && !active.exited;
  const neverCame = isAwaited(active) && awaitingMs >= STARTUP_GRACE_MS;
  if ((active.state !== 'down' || cold) && !neverCame) return undefined;
  const target = rankCandidates(cores.filter(({ id }) => id !== active.id))[0];
  // A cold core is worth going to only when there is no better place: its first answer waits for the model.
  if (!target) return undefined;
  return {
    kind: switches < MOST_SWITCHES ? 'switch' : 'pin',
    to: target.id,
    cause: `core ${active.id} ${active.state === 'down' ? 'is down' : 'did not come up'}`,
    evidence: active.reason,
  };
}

export function isAwaited({ state }: Core): boolean {
  return state === 'unknown' || state === 'starting';
}

/** It may be given work, and has proven at least once that it generates. */
export function isProven({ state, wasReady }: Core): boolean {
  return state === 'ready' || (state === 'warming' && wasReady === true);
}
