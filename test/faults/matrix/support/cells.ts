import { CHAT_FAULTS } from './chat-faults';
import { CORE_FAULTS } from './core-faults';
import type { Fault } from './fault';
import { GATEWAY_FAULTS } from './gateway-faults';
import type { LifeKind } from './gateway-life';
import { type Phase, PHASES } from './phases';

export interface Cell {
  fault: Fault;
  phase: Phase;
  kind: LifeKind;
}

export const FAULTS: Record<string, Fault> = { ...CORE_FAULTS, ...CHAT_FAULTS, ...GATEWAY_FAULTS };
export const COLUMNS: readonly Phase[] = Object.values(PHASES);
const KINDS: Record<string, LifeKind> = { own: 'own', out: 'outside', disk: 'small-disk' };

/**
 * Which fault is put into which phase, and with whose cores: `own`, the gateway's embedded ones, or `out`, the test's
 * behind a proxy; `disk`: those, and a disk to be filled.
 */
const TABLE = `
             | idle | received | queued | dispatched | streaming | generated | posting | posted | switching | repairing
exit         | own  | .        | .      | out        | own       | .         | .       | .      | .         | .
kill         | .    | own      | own    | .          | own       | own       | own     | .      | own       | own
stop         | own  | .        | .      | own        | out       | .         | .       | .      | own       | own
reset        | out  | .        | .      | out        | out       | .         | .       | out    | .         | .
blackhole    | .    | .        | out    | .          | out       | .         | out     | .      | .         | .
halfClosed   | .    | out      | .      | .          | out       | .         | .       | .      | .         | .
slow         | .    | .        | .      | out        | out       | .         | .       | .      | .         | .
garbage      | .    | .        | out    | .          | out       | .         | .       | .      | out       | .
truncated    | .    | .        | .      | out        | out       | .         | .       | .      | .         | .
error500     | out  | .        | .      | out        | .         | .         | .       | .      | .         | .
busy503      | .    | .        | .      | out        | out       | .         | .       | .      | out       | .
missing404   | .    | out      | .      | out        | .         | .         | .       | .      | .         | .
hang         | .    | .        | .      | out        | out       | .         | .       | .      | .         | .
both         | .    | .        | out    | .          | own       | own       | .       | .      | .         | .
chatCut      | own  | out      | .      | .          | own       | .         | out     | .      | .         | .
zombie       | out  | .        | .      | .          | .         | out       | .       | .      | .         | .
nosub        | out  | .        | .      | .          | own       | .         | .       | .      | .         | .
rateLimit    | .    | .        | .      | .          | out       | out       | .       | .      | out       | .
replyLost    | .    | .        | .      | .          | out       | out       | .       | .      | .         | own
gatewayKill  | .    | out      | out    | own        | own       | .         | out     | out    | out       | own
gatewayStop  | .    | .        | .      | .          | own       | .         | .       | out    | own       | .
block        | .    | out      | .      | .          | out       | .         | .       | .      | .         | .
clockAhead   | .    | .        | out    | .          | out       | .         | .       | .      | .         | .
clockBack    | .    | .        | .      | out        | .         | out       | .       | out    | .         | .
diskFull     | .    | disk     | .      | .          | disk      | disk      | .       | .      | .         | .
`;

/** What takes longest first, so that no lane is left alone with it at the end. */
export const CELLS: readonly Cell[] = parse(TABLE).sort((a, b) => b.fault.boundMs - a.fault.boundMs);

function parse(table: string): Cell[] {
  const [head = [], ...rows] = table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((text) => text.trim()));
  return rows.flatMap(([name = '', ...marks]) =>
    marks.flatMap((mark, index): Cell[] => {
      if (mark === '.') return [];
      return [
        { fault: known(FAULTS, name), phase: known(PHASES, head[index + 1]), kind: known(KINDS, mark) },
      ];
    }),
  );
}

function known<T>(table: Record<string, T>, name = ''): T {
  const found = table[name];
  if (found === undefined)
    throw new Error(`The matrix names "${name}"; there are: ${Object.keys(table).join(', ')}`);
  return found;
}

export const hurtsACore = (fault: Fault): boolean => Object.values<Fault>(CORE_FAULTS).includes(fault);

/** The name by which `-t` finds it. */
export const nameOf = ({ fault, phase }: Cell): string => `${fault.name}, ${phase.name}`;

export const ROWS: readonly Fault[] = Object.values(FAULTS);
