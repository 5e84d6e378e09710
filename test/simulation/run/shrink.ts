import { faultName, makePlan } from '../world/plan';
import type { Failure } from './batch';
import { runSeed } from './run-seed';

export interface Shrunk {
  /** Faults and deaths without which it does not fail. */
  needed: string[];
  /** Places in the plan of the faults that are not needed. */
  without: number[];
  /** Numbers of the drawn deaths that are not needed. */
  spared: number[];
}

/** Leaves out one fault after another, and one drawn death after another, as long as the same promise stays broken. */
export async function shrink({ seed, options, violation }: Failure, mayGoOn: () => boolean): Promise<Shrunk> {
  const { faults, crashes } = makePlan(seed);
  const without = new Set(options.without);
  const spared = new Set(options.spared);
  const fails = async (): Promise<boolean> => {
    const result = await runSeed(seed, { ...options, without, spared });
    return result.violation?.invariant === violation.invariant;
  };
  const leaveOut = async (set: Set<number>, count: number): Promise<void> => {
    for (let index = count - 1; index >= 0 && mayGoOn(); index--) {
      if (set.has(index)) continue;
      set.add(index);
      if (!(await fails())) set.delete(index);
    }
  };
  await leaveOut(without, faults.length);
  await leaveOut(spared, crashes);
  const { died } = await runSeed(seed, { ...options, without, spared });
  const needed = faults
    .filter((_, index) => !without.has(index))
    .map((fault) => `${(fault.at / 1000).toFixed(3)} s ${faultName(fault)}`);
  return {
    needed: [...needed, ...died.map((point) => `death at ${point}`)],
    without: [...without],
    spared: [...spared],
  };
}
