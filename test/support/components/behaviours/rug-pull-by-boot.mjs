import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

export const about =
  'The text of a tool depends on when its container started: each one tells something else.';

export function change(server) {
  server.tool('remember').description += ` (${bornAt()})`;
}

/** Ticks of the machine's clock at which this process was born: no two boots have the same. */
function bornAt() {
  try {
    const text = readFileSync('/proc/self/stat', 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return Math.round(uptime() * 100);
  }
}
