import type { Violation } from '../invariants/judge';
import { runSeed, type RunOptions, type RunResult } from './run-seed';

export interface Failure {
  seed: number;
  options: RunOptions;
  violation: Violation;
  trace: readonly string[];
}

/** What many runs came to. */
export interface Tally {
  runs: number;
  virtualMs: number;
  faults: Map<string, number>;
  repairs: Map<string, number>;
  /** Points at which a process might have died, with the first seed that came there. */
  reached: Map<string, number>;
  died: Set<string>;
  deaths: number;
  failure?: Failure;
}

export function newTally(): Tally {
  return {
    runs: 0,
    virtualMs: 0,
    faults: new Map(),
    repairs: new Map(),
    reached: new Map(),
    died: new Set(),
    deaths: 0,
  };
}

/** Runs the seeds one after another until one fails. `onRun` hears of each. */
export async function runSeeds(
  tally: Tally,
  from: number,
  count: number,
  options: RunOptions = {},
  onRun: (tally: Tally) => void = () => undefined,
): Promise<void> {
  for (let seed = from; seed < from + count && !tally.failure; seed++) {
    note(tally, seed, options, await runSeed(seed, options));
    onRun(tally);
  }
}

/** Has a process die at every point that was reached and at which none has died yet, in the first run that came there. */
export async function sweepPoints(tally: Tally): Promise<void> {
  for (const [point, seed] of [...tally.reached]) {
    if (tally.failure || tally.died.has(point)) continue;
    const options = { crashAt: point };
    note(tally, seed, options, await runSeed(seed, options));
  }
}

/** Points at which no process died. */
export function unvisited({ reached, died }: Tally): string[] {
  return [...reached.keys()].filter((point) => !died.has(point));
}

function note(tally: Tally, seed: number, options: RunOptions, result: RunResult): void {
  tally.runs++;
  tally.virtualMs += result.virtualMs;
  for (const [name, count] of result.inflicted) tally.faults.set(name, (tally.faults.get(name) ?? 0) + count);
  for (const step of result.repairs) tally.repairs.set(step, (tally.repairs.get(step) ?? 0) + 1);
  for (const point of result.reached) if (!tally.reached.has(point)) tally.reached.set(point, seed);
  for (const point of result.died) tally.died.add(point);
  tally.deaths += result.died.length;
  const { violation, trace } = result;
  if (violation) tally.failure = { seed, options, violation, trace };
}
