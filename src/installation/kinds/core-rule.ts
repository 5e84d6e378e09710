import type { Core } from '../../core-registry/core.types';
import { RdzenError } from '../../shared/rdzen-error';
import type { Judgement } from './kind-conduct';

const LEAST_MS = 24 * 3_600_000;
/** A large model takes long to be brought. */
const READY_WITHIN_MS = 3_600_000;

/** What is known of a core on trial in daily use; times in ms. */
export interface CoreSeen {
  core?: Pick<Core, 'state' | 'wasReady' | 'reason' | 'conditions'>;
  /** Since it was taken up in this life of Rdzen. */
  takenUpMs: number;
  /** Since when it is ready, in this life; undefined while it is not. */
  readyMs?: number;
  /** Why it could not join so far. */
  problem?: Error;
}

/**
 * The canary of a core is promoted once it is ready for 24 hours, a restart of Rdzen left out; it goes back where it never came
 * to be ready, where repairing it was given up, and at once where the docker-guard lets nobody make it.
 */
export function judgeCore({ core, takenUpMs, readyMs, problem }: CoreSeen, ageMs: number): Judgement {
  if (!core && problem instanceof RdzenError && problem.code === 'ENGINE_REFUSED')
    return { verdict: 'roll back', reason: problem.message };
  if (core?.conditions.has('failed'))
    return { verdict: 'roll back', reason: `no repair helped it: ${core.reason}` };
  if (core?.wasReady !== true && takenUpMs >= READY_WITHIN_MS)
    return {
      verdict: 'roll back',
      reason: `it was not ready within ${READY_WITHIN_MS / 60_000} minutes: ${core?.reason ?? problem?.message ?? 'it never joined'}`,
    };
  const sinceItBegan = readyMs !== undefined && takenUpMs - readyMs <= READY_WITHIN_MS;
  const longEnough = readyMs !== undefined && (readyMs >= LEAST_MS || (sinceItBegan && ageMs >= LEAST_MS));
  if (core?.state !== 'ready' || !longEnough || ageMs < LEAST_MS) return { verdict: 'wait', reason: '' };
  return { verdict: 'promote', reason: 'it was ready for 24 hours' };
}
