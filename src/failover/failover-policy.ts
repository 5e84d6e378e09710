import type { Core } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';

const STARTUP_GRACE_MS = 10_000;

export type Mode = 'NORMAL' | 'SINGLE' | 'BLACKOUT';

export interface FailoverDecision {
  to: number;
  cause: string;
  evidence: string;
}

/** Monotonic durations, so that a wall clock that jumps decides nothing. */
export interface Elapsed {
  /** Since this process began to watch. */
  runningMs: number;
  /** For how long the active core has been awaited (unknown or starting); 0 where it is neither. */
  awaitingMs: number;
}

/**
 * Whether to leave the active core, decided from states alone. A core that is down is left at once, except shortly after
 * our own start while it may only be slower than we are: then only if its process is known to have ended. One that is
 * awaited in vain is left after the same grace. Failback is off: the core that was left stays standby when it returns.
 */
export function decideFailover(
  cores: readonly Core[],
  { runningMs, awaitingMs }: Elapsed,
): FailoverDecision | undefined {
  const active = cores.find(({ role }) => role === 'active');
  if (!active) return undefined;
  const cold = runningMs < STARTUP_GRACE_MS && !active.wasReady && !active.exited;
  const neverCame = isAwaited(active) && awaitingMs >= STARTUP_GRACE_MS;
  if ((active.state !== 'down' || cold) && !neverCame) return undefined;
  const target = rankCandidates(cores.filter(({ id }) => id !== active.id))[0];
  // A cold core is worth going to only when there is no better place: its first answer waits for the model.
  if (!target) return undefined;
  return {
    to: target.id,
    cause: `core ${active.id} ${active.state === 'down' ? 'is down' : 'did not come up'}`,
    evidence: active.reason,
  };
}

export function isAwaited({ state }: Core): boolean {
  return state === 'unknown' || state === 'starting';
}

/**
 * What the cluster can promise right now. A core that is kept cold on purpose is all the stand-in that memory allows;
 * one that is still to be proven is none.
 */
export function clusterMode(cores: readonly Core[]): Mode {
  if (rankCandidates(cores).length === 0) return 'BLACKOUT';
  const standing = cores.filter(({ state, cold }) => state === 'ready' || (cold && state === 'warming'));
  return standing.length > 1 || cores.length === 1 ? 'NORMAL' : 'SINGLE';
}

/** It may be given work, and has proven at least once that it generates. */
export function isProven({ state, wasReady }: Core): boolean {
  return state === 'ready' || (state === 'warming' && wasReady === true);
}
