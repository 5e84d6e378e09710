import { OPERATOR, PEOPLE } from './chat-server';
import type { Dice } from './dice';
import type { Deed, Fault, FurtherPlan, PersonAct, TimedFault } from './plan.types';

const COME_SHARE = 0.5;
/** The numbers that the product gives to further cores. */
const FURTHER = [11, 12];
/** Of a plan, what has to do with further cores. */
export interface Comings {
  further: FurtherPlan[];
  people: PersonAct[];
  faults: TimedFault[];
}
export const NOBODY_COMES: Comings = { further: [], people: [], faults: [] };

/** One further core, or a second one that takes the place of the first as in an upgrade; trouble comes when they do. */
export function comings(dice: Dice, until: number): Comings {
  if (!dice.chance(COME_SHARE)) return NOBODY_COMES;
  const joinAt = dice.whole(500, until - 8_000);
  const stays = dice.pick([dice.whole(0, 3_000), dice.whole(3_000, 20_000)]);
  const leaveAt = Math.min(until - 500, joinAt + stays);
  const leaves = dice.chance(0.8);
  const further: FurtherPlan[] = [{ lock: 'l1', joinAt, ...(leaves && { leaveAt }) }];
  if (leaves && dice.chance(0.2)) {
    const againAt = Math.min(until - 400, leaveAt + dice.whole(0, 4_000));
    further.splice(0, 1, { lock: 'l1', joinAt, leaveAt, againAt });
  }
  if (leaves && dice.chance(0.3)) further.push({ lock: 'l2', joinAt: leaveAt - dice.whole(0, 2_000) });
  const near = (): number => {
    // Often while the first steps are being written down.
    const off = dice.chance(0.4) ? dice.whole(0, 60) : dice.whole(-500, 4_000);
    return Math.max(0, Math.min(until - 500, dice.pick([joinAt, leaveAt]) + off));
  };
  const people: PersonAct[] = [];
  for (let left = dice.whole(0, 3); left > 0; left--) {
    const [who, at] = [dice.pick(PEOPLE), near()];
    people.push({ at, who, deed: { act: dice.pick(['ask-direct', 'ask-channel']) } });
    const wish: Deed = { act: 'command', text: `!switch ${dice.pick(FURTHER)}` };
    if (dice.chance(0.5)) people.push({ at: at - dice.whole(0, 3_000), who: OPERATOR, deed: wish });
  }
  const faults: TimedFault[] = [];
  for (let left = dice.whole(0, 3); left > 0; left--) {
    const core = dice.chance(0.5) ? dice.pick(FURTHER) : dice.whole(1, 2);
    const forMs = dice.whole(500, 12_000);
    const fault = dice.pick<Fault>([
      { kind: 'core-kill', core, forMs },
      { kind: 'core-freeze', core, forMs },
      { kind: 'model-missing', core, forMs },
      { kind: 'gateway-kill' },
      { kind: 'gateway-stop' },
      { kind: 'disk-flaky', forMs },
    ]);
    faults.push({ ...fault, at: near() });
  }
  return { further, people, faults };
}
