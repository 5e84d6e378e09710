import { inflict } from './faults';
import { perform } from './people';
import { faultName } from './plan';
import type { World } from './world';

/**
 * Has people act and things break at the times of the plan.
 *
 * @param without places in the plan of the faults that are left out
 */
export function stage(world: World, without: ReadonlySet<number> = new Set()): void {
  const { plan, clock, inflicted } = world;
  for (const act of plan.people) clock.after(act.at, () => perform(act, world));
  for (const further of plan.further) world.wishes.play(further);
  for (const [index, fault] of plan.faults.entries()) {
    if (without.has(index)) continue;
    clock.after(fault.at, () => {
      const name = faultName(fault);
      inflicted.set(name, (inflicted.get(name) ?? 0) + 1);
      world.trace(() => `FAULT ${JSON.stringify(fault)}`);
      inflict(fault, world);
    });
  }
}
