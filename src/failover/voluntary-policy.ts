import { workOf } from '../core-registry/core-states';
import type { ClusterCondition, Core, Pace } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';

/** Between two moves, whoever made the first. */
const DWELL_MS = 60_000;
/** The preferred core must have been ready for so long, and the other one active. */
const PREFERRED_AFTER_MS = 10 * 60_000;
/** A core is worth moving to that is so many times as fast. */
const FASTER = 2;
/** How long a measured speed counts as the speed now. */
const FRESH_MS = 60_000;

export type VoluntaryDecision =
  | { kind: 'move'; why: 'slow' | 'preferred'; from: number; to: number; cause: string; evidence: string }
  /** How fast that core is now has to be seen first. */
  | { kind: 'measure'; core: number }
  /** The active core, `slow`, is to stay: `others` are hardly faster, or there is none. */
  | { kind: 'alert'; slow: Core; others: readonly Core[] };

export interface VoluntarySituation {
  /** Monotonic ms. */
  now: number;
  /** Since the last switch of any kind. */
  dwellMs: number;
  cluster: ReadonlyMap<ClusterCondition, unknown>;
  /** The core to go back to when that harms nobody. */
  preferred?: number;
}

/**
 * Whether to leave an active core that still answers. Nothing forces it, so it happens only while nothing else goes on:
 * a slow core is left for one that is ready and at least twice as fast now, and the preferred core is gone back to once
 * it has been well for ten minutes and nobody is being answered. Where no core is faster it is their host that is slow,
 * and moving would help nobody.
 */
export function decideVoluntary(
  cores: readonly Core[],
  situation: VoluntarySituation,
): VoluntaryDecision | undefined {
  const active = cores.find(({ role }) => role === 'active');
  if (!active || situation.cluster.size > 0 || situation.dwellMs < DWELL_MS) return undefined;
  if (active.state === 'ready' && active.conditions.has('degraded'))
    return leaveSlow(active, cores, situation.now);
  return goBack(active, cores, situation);
}

function leaveSlow(slow: Core, cores: readonly Core[], now: number): VoluntaryDecision | undefined {
  const others = rankCandidates(cores.filter(({ id }) => id !== slow.id)).filter(
    (core) => core.state === 'ready' && workOf(core) === 'yes',
  );
  const isFresh = ({ pace }: Core): boolean => pace !== undefined && now - pace.at <= FRESH_MS;
  const known = others.filter(isFresh);
  const better = known.find(({ pace }) => isWorthIt(pace, slow.pace));
  if (better) {
    const cause = `core ${slow.id} is slow`;
    const evidence = slow.conditions.get('degraded')?.reason ?? slow.reason;
    return { kind: 'move', why: 'slow', from: slow.id, to: better.id, cause, evidence };
  }
  if (known.length === others.length) return { kind: 'alert', slow, others };
  const unknown = others.find((core) => !isFresh(core) && core.inFlight === 0);
  return unknown && { kind: 'measure', core: unknown.id };
}

function isWorthIt(other: Pace | undefined, own: Pace | undefined): boolean {
  if (!other || !own) return false;
  return other.tokensPerSecond > 0 && other.tokensPerSecond >= own.tokensPerSecond * FASTER;
}

function goBack(
  active: Core,
  cores: readonly Core[],
  { now, dwellMs, preferred }: VoluntarySituation,
): VoluntaryDecision | undefined {
  const wanted = cores.find(({ id }) => id === preferred);
  if (!wanted || wanted.role === 'active' || wanted.state !== 'ready' || wanted.conditions.size > 0)
    return undefined;
  const readyMs = now - (wanted.readySince ?? now);
  if (Math.min(readyMs, dwellMs) < PREFERRED_AFTER_MS) return undefined;
  if (cores.some(({ inFlight }) => inFlight > 0)) return undefined;
  const cause = `core ${wanted.id} is preferred`;
  const evidence = 'it has been ready for ten minutes, and nobody is being answered';
  return { kind: 'move', why: 'preferred', from: active.id, to: wanted.id, cause, evidence };
}
