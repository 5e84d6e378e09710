import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Read by the probe in the gateway (handles-probe.cjs). */
const CLOCK_OFFSET = 'clock-offset.json';

/**
 * Sets the wall clock of the gateway's process, and of no other. Its monotonic clock and its timers go on as before, as
 * they do when the clock of a machine is set.
 *
 * @param offsetMs against the right time; 0 sets it right
 * @returns false where the process is gone
 */
export function setGatewayClock(pid: number, folder: string, offsetMs: number): boolean {
  writeFileSync(join(folder, CLOCK_OFFSET), JSON.stringify({ offsetMs }));
  try {
    return process.kill(pid, 'SIGWINCH');
  } catch {
    return false;
  }
}
