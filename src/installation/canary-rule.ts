import type { CallCount } from '../component-registry/installed/component-journal';

const LEAST_MS = 24 * 3_600_000;
export const LEAST_CALLS = 20;
const MOST_FAILED = 0.05;
/** A few failures are too many long before there are twenty calls. */
const SURELY_TOO_MANY = 3;

export type CanaryVerdict = 'wait' | 'promote' | 'roll back';

/** A canary is promoted after 24 h and 20 calls, whichever comes later, and goes back once more than 5 % of its calls fail. */
export function judgeCanary({ calls, failures }: CallCount, ageMs: number): CanaryVerdict {
  const tooMany = failures > calls * MOST_FAILED;
  if (tooMany) return calls >= LEAST_CALLS || failures >= SURELY_TOO_MANY ? 'roll back' : 'wait';
  return ageMs >= LEAST_MS && calls >= LEAST_CALLS ? 'promote' : 'wait';
}
