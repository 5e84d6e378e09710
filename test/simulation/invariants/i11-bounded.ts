import { LanesService } from '../../../src/chat-gateway/lanes.service';
import { CoreRegistry } from '../../../src/core-registry/core-registry';
import { CoreDispatcher } from '../../../src/generation/core-dispatcher';
import { isTerminal } from '../world/ledger';
import type { World } from '../world/world';
import type { Invariant, Verdict } from './invariant';

const MOST_TIMERS = 250;
const MOST_TIMERS_AT_REST = 60;
const MOST_IN_A_ROOM = 20;

/** I11: nothing grows without a bound, and at rest nothing is held: no slot, no lane, no place in a queue. */
export const BOUNDED: Invariant = {
  name: 'I11 no unbounded queue',

  onSecond({ gateway, ledger }: World): Verdict {
    if (gateway && gateway.clock.waiting > MOST_TIMERS) return `${gateway.clock.waiting} timers wait`;
    const rooms = new Map<string, number>();
    for (const { id, kind, state } of ledger.rows.values()) {
      if (kind !== 'question' || isTerminal(state)) continue;
      const { roomId = '' } = ledger.asked.get(id) ?? {};
      rooms.set(roomId, (rooms.get(roomId) ?? 0) + 1);
    }
    const [full] = [...rooms].find(([, count]) => count > MOST_IN_A_ROOM) ?? [];
    return full === undefined ? undefined : `more than ${MOST_IN_A_ROOM} questions wait in ${full}`;
  },

  atRest({ gateway }: World): Verdict {
    if (!gateway) return 'the gateway does not run';
    const held = gateway
      .get(CoreRegistry)
      .all()
      .find(({ inFlight }) => inFlight !== 0);
    if (held) return `core ${held.id} has ${held.inFlight} answers in flight, and nobody waits for one`;
    const { waiting } = gateway.get(CoreDispatcher);
    if (waiting > 0) return `${waiting} wait for a core, and nobody asked anything`;
    const { busy } = gateway.get(LanesService);
    if (busy > 0) return `${busy} lanes have work, and every question is finished`;
    const timers = gateway.clock.waiting;
    return timers > MOST_TIMERS_AT_REST ? `${timers} timers wait at rest` : undefined;
  },
};
