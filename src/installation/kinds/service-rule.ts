import type { ServiceHealth } from '../../tools/services/watched-service';
import type { Judgement } from './kind-conduct';

const LEAST_MS = 24 * 3_600_000;

/**
 * The canary of a service goes back once it was given up, and is promoted after 24 h in which it was well. That Rdzen was
 * restarted meanwhile is no trouble of the service.
 *
 * @param health undefined: it is not kept yet
 * @param untroubledMs since it ended or was not well last; undefined: never
 */
export function judgeService(
  health: ServiceHealth | undefined,
  untroubledMs: number | undefined,
  ageMs: number,
): Judgement {
  const { state, problem = '' } = health ?? {};
  if (state === 'given-up') return { verdict: 'roll back', reason: `it ended again and again: ${problem}` };
  const longEnough = ageMs >= LEAST_MS && (untroubledMs ?? ageMs) >= LEAST_MS;
  if (state !== 'healthy' || !longEnough) return { verdict: 'wait', reason: '' };
  return { verdict: 'promote', reason: 'it was well for 24 hours' };
}
