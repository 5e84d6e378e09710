import { workOf } from '../core-registry/core-states';
import type { ClusterCondition, Core } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';

export const MODES = ['NORMAL', 'SINGLE', 'SWITCHING', 'BLACKOUT', 'PAUSED', 'PINNED', 'TILT'] as const;
export type Mode = (typeof MODES)[number];

/** When the cluster is in a mode. */
export interface ModeRule {
  mode: Mode;
  /** What the cores must be able to do; absent: it does not matter. */
  cores?: keyof typeof ABILITIES;
  /** What the cluster must be held in; absent: it does not matter. */
  held?: ClusterCondition;
  /** For people. */
  meaning: string;
}

/** What the cores can do between them. */
const ABILITIES = {
  'none can answer': (cores: readonly Core[]) => rankCandidates(cores).length === 0,
  'none stands in': (cores: readonly Core[]) => cores.length > 1 && cores.filter(stands).length < 2,
} as const;

/**
 * The first row that applies tells the mode: what matters most to the people who wait comes first. The last one always
 * applies.
 */
export const MODE_RULES: readonly ModeRule[] = [
  { mode: 'BLACKOUT', cores: 'none can answer', meaning: 'no core can answer; questions are kept' },
  { mode: 'TILT', held: 'tilted', meaning: 'the clock or this process stood still: no missed probe counts' },
  { mode: 'PAUSED', held: 'paused', meaning: 'somebody paused the cluster' },
  { mode: 'PINNED', held: 'pinned', meaning: 'too many switches: the active core keeps its name' },
  { mode: 'SWITCHING', held: 'switching', meaning: 'a switch that somebody asked for is going on' },
  { mode: 'SINGLE', cores: 'none stands in', meaning: 'one core can answer, and no other could take over' },
  { mode: 'NORMAL', meaning: 'a stand-in is ready, or there is only one core at all' },
];

/** What the cluster can promise right now. */
export function clusterMode(
  cores: readonly Core[],
  cluster: ReadonlyMap<ClusterCondition, unknown> = new Map(),
): Mode {
  const applies = ({ cores: able, held }: ModeRule): boolean =>
    (able === undefined || ABILITIES[able](cores)) && (held === undefined || cluster.has(held));
  return MODE_RULES.find(applies)?.mode ?? 'NORMAL';
}

/**
 * A core that is kept cold on purpose is all the stand-in that memory allows; one that is still to be proven is none.
 */
function stands(core: Core): boolean {
  return (
    workOf(core) !== 'never' && (core.state === 'ready' || (core.cold === true && core.state === 'warming'))
  );
}
