import type { Clock } from '../shared/clock';
import type { OwnerMarks } from './owner-marks';
import { ancestry, killGroup, killProcess, processesWith } from './process-table';
import type { RunRecord } from './run-record';

const LIMIT_MS = 5000;
const PAUSE_MS = 20;

/**
 * Ends what an earlier run on the same run folder left alive (its reaper was killed too, or the machine slept at the
 * wrong moment). Only what carries our marks or is on record with its birth mark; never this process or its parents.
 * The caller holds the instance lock: without it these might be another gateway's.
 * @returns how many it ended.
 */
export async function endLeftovers(marks: OwnerMarks, record: RunRecord, clock: Clock): Promise<number> {
  const ours = await ancestry();
  const ended = new Set<number>();
  for (const group of await record.leftovers()) {
    if (!ours.has(group) && killGroup(group, 'SIGKILL')) ended.add(group);
  }
  const deadline = clock.monotonic() + LIMIT_MS;
  for (;;) {
    const strays = (await processesWith(marks.ofThisFolder())).filter((pid) => !ours.has(pid));
    if (strays.length === 0) return ended.size;
    if (clock.monotonic() > deadline) {
      throw new Error(
        `Process ${strays[0]} of an earlier run still lives ${LIMIT_MS / 1000} s after SIGKILL; it hangs in the kernel. Restart the machine, or use another data folder.`,
      );
    }
    for (const pid of strays) {
      killProcess(pid, 'SIGKILL');
      ended.add(pid);
    }
    await clock.sleep(PAUSE_MS);
  }
}
