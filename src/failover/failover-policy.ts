import type { Core } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';

const STARTUP_GRACE_MS = 10_000;

export type Mode = 'NORMAL' | 'SINGLE' | 'BLACKOUT';

export interface FailoverDecision {
  to: number;
  cause: string;
  evidence: string;
}

/**
 * Whether to leave the active core, decided from states alone. A core that is down is left at once; one that never
 * came up is left after the start-up grace. Failback is off: the core that was left stays standby when it returns.
 *
 * @param now epoch ms
 */
export function decideFailover(cores: readonly Core[], now: number): FailoverDecision | undefined {
  const active = cores.find(({ role }) => role === 'active');
  if (!active) return undefined;
  const neverCame =
    (active.state === 'unknown' || active.state === 'starting') && now - active.since >= STARTUP_GRACE_MS;
  if (active.state !== 'down' && !neverCame) return undefined;
  const target = rankCandidates(cores.filter(({ id }) => id !== active.id))[0];
  // A cold core is worth going to only when there is no better place: its first answer waits for the model.
  if (!target) return undefined;
  return {
    to: target.id,
    cause: `core ${active.id} ${active.state === 'down' ? 'is down' : 'did not come up'}`,
    evidence: active.reason,
  };
}

/** What the cluster can promise right now. */
export function clusterMode(cores: readonly Core[]): Mode {
  const usable = rankCandidates(cores).length;
  return usable === 0 ? 'BLACKOUT' : usable === 1 && cores.length > 1 ? 'SINGLE' : 'NORMAL';
}
