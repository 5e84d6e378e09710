import type { CoreSpeed } from './core.types';

/** How much the newest figure counts. */
const WEIGHT = 0.3;

/** Takes what was measured into what is known; nonsense is left out. */
export function learnSpeed(known: CoreSpeed, measured: CoreSpeed): void {
  for (const key of Object.keys(measured) as (keyof CoreSpeed)[]) {
    const value = measured[key];
    if (value === undefined || !Number.isFinite(value) || value < 0) continue;
    const before = known[key];
    known[key] = before === undefined ? value : before * (1 - WEIGHT) + value * WEIGHT;
  }
}
