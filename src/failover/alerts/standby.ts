import { workOf } from '../../core-registry/core-states';
import type { Core } from '../../core-registry/core.types';
import { rankCandidates } from '../../core-registry/rank-candidates';
import { clusterMode } from '../cluster-modes';
import { isProven } from '../failover-policy';

/**
 * Who would take over if the core that answers failed now; `none`: nobody. Undefined where there is nothing to say of it:
 * no core answers, or there is but one.
 */
export function standbyOf(
  cores: readonly Core[],
): { kind: 'warm' | 'cold'; core: Core } | 'none' | undefined {
  const [answering] = rankCandidates(cores);
  if (!answering || cores.length === 1) return undefined;
  if (clusterMode(cores) !== 'NORMAL') return 'none';
  const others = cores.filter((core) => core.id !== answering.id && workOf(core) !== 'never');
  const warm = others.find(({ state, cold }) => state === 'ready' && !cold);
  if (warm) return { kind: 'warm', core: warm };
  const cold = others.find((core) => core.cold);
  return cold ? { kind: 'cold', core: cold } : 'none';
}

/** What the cores are good for right now; without the rest where it cannot be told yet. */
export interface SeenCores {
  cores: readonly Core[];
  standby?: ReturnType<typeof standbyOf>;
  blackout?: boolean;
  /** One that answers for certain. */
  proven?: Core;
}

export function seenCores(cores: readonly Core[]): SeenCores {
  const proven = cores.find((core) => isProven(core) && workOf(core) !== 'never');
  return { cores, standby: standbyOf(cores), blackout: clusterMode(cores) === 'BLACKOUT', proven };
}
