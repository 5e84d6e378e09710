import { workOf } from './core-states';
import type { Core } from './core.types';

/** States in which a core may be given work, best first. A suspect one is about to be judged: wait for that. */
const USABLE = ['ready', 'warming'] as const;

/**
 * Cores that could answer now, best first: the active one if it is ready, then ready ones that are not slow, with fewest
 * recent failures, then lower ids; then those that are held back (quarantined, draining), and warming ones last. One in maintenance is
 * none of them.
 *
 * @param avoid ids that just failed this very question; used only when nothing else is left.
 */
export function rankCandidates(cores: readonly Core[], avoid: ReadonlySet<number> = new Set()): Core[] {
  const order = (core: Core): number => (USABLE as readonly string[]).indexOf(core.state);
  // A core that was left cold on purpose would load a second copy into memory that holds one.
  const others = cores.some(
    ({ cold, state }) => !cold && (state === 'suspect' || (USABLE as readonly string[]).includes(state)),
  );
  return cores
    .filter((core) => order(core) >= 0 && workOf(core) !== 'never' && !(core.cold && others))
    .sort(
      (a, b) =>
        Number(avoid.has(a.id)) - Number(avoid.has(b.id)) ||
        order(a) - order(b) ||
        Number(workOf(a) === 'last') - Number(workOf(b) === 'last') ||
        Number(b.role === 'active') - Number(a.role === 'active') ||
        Number(a.conditions.has('degraded')) - Number(b.conditions.has('degraded')) ||
        a.failures.length - b.failures.length ||
        a.id - b.id,
    );
}
