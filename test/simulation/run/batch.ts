import type { Violation } from '../invariants/judge';
import type { RunPool } from './run-pool';
import type { Told } from './run-process';
import { runSeed, type RunOptions } from './run-seed';

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

/** Where the runs take place: here, one after another, or in processes of their own. */
export type Runner = Pick<RunPool, 'run' | 'size'>;

const HERE: Runner = { size: 1, run: runSeed };

/** Runs the seeds in their order until one fails. `onRun` hears of each. */
export async function runSeeds(
  tally: Tally,
  from: number,
  count: number,
  options: RunOptions = {},
  onRun: (tally: Tally) => void = () => undefined,
  runner = HERE,
): Promise<void> {
  let seed = from;
  await inLanes(runner, async () => {
    if (seed >= from + count || tally.failure) return false;
    const mine = seed++;
    note(tally, mine, options, await runner.run(mine, options));
    onRun(tally);
    return true;
  });
}

/** Has a process die at every point that was reached and at which none has died yet, in the first run that came there. */
export async function sweepPoints(tally: Tally, runner = HERE): Promise<void> {
  const points = [...tally.reached];
  await inLanes(runner, async () => {
    const [point, seed] = points.shift() ?? [];
    if (point === undefined || seed === undefined || tally.failure) return false;
    if (tally.died.has(point)) return true;
    const options = { crashAt: point };
    note(tally, seed, options, await runner.run(seed, options));
    return true;
  });
}

async function inLanes({ size }: Runner, work: () => Promise<boolean>): Promise<void> {
  const lane = async (): Promise<void> => {
    while (await work());
  };
  await Promise.all(Array.from({ length: size }, lane));
}

/** Points at which no process died. */
export function unvisited({ reached, died }: Tally): string[] {
  return [...reached.keys()].filter((point) => !died.has(point));
}

function note(tally: Tally, seed: number, options: RunOptions, result: Told): void {
  tally.runs++;
  tally.virtualMs += result.virtualMs;
  for (const [name, count] of result.inflicted) tally.faults.set(name, (tally.faults.get(name) ?? 0) + count);
  for (const step of result.repairs) tally.repairs.set(step, (tally.repairs.get(step) ?? 0) + 1);
  for (const point of result.reached) if (!tally.reached.has(point)) tally.reached.set(point, seed);
  for (const point of result.died) tally.died.add(point);
  tally.deaths += result.died.length;
  const { violation, trace } = result;
  // Of two that failed beside each other, the first seed is told.
  if (violation && !(tally.failure && tally.failure.seed < seed))
    tally.failure = { seed, options, violation, trace };
}
