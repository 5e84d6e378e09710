import type { ResourceWatch } from '../resource-watch';
import { type Check, failed, notMeasured, passed } from './check';

const MEMORY_SHARE = 0.8;
const PROCESS_SHARE = 0.5;
const HELD_BACK_SHARE = 0.5;
/** Below it, the share of a few periods tells nothing. */
const ENOUGH_CPU_MS = 1_500;
/** Of the processor that it may have: of one that took less since it was ready it is not asked whether it rests. */
const BUSY_SHARE = 0.1;
const REST_MS = 300;
const LONG_REST_MS = 3_000;
/** Nobody asks it anything meanwhile. A full machine gives one that never rests less than it may have, and still more than this. */
const RESTLESS_SHARE = 0.3;

/** What it takes of its processor though it has nothing to do; one that was asked something may need a moment to end that. */
async function restlessness(watch: ResourceWatch): Promise<number> {
  const first = await watch.busyFor(REST_MS);
  return first > RESTLESS_SHARE ? watch.busyFor(LONG_REST_MS) : first;
}

/** It lives well within what it may take: memory, processes, processor, and what it keeps; nothing of it was killed for memory. */
export const resources: Check = {
  number: 9,
  id: 'resources',
  always: true,
  ask: async (scene) => {
    const { watch, limits } = scene;
    await watch.now();
    const restless = watch.busy > BUSY_SHARE ? await restlessness(watch) : 0;
    if (watch.curve.length === 0 && !watch.oom) return notMeasured('it ended before it could be measured');
    const problems: string[] = [];
    const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
    if (watch.oom)
      problems.push(
        `something of it was killed for the memory it took (oom), at ${mib(limits.memoryBytes)} MiB`,
      );
    if (watch.peakMemoryBytes > limits.memoryBytes * MEMORY_SHARE)
      problems.push(`it took ${mib(watch.peakMemoryBytes)} MiB of memory, of ${mib(limits.memoryBytes)}`);
    if (watch.peakProcesses > limits.pids * PROCESS_SHARE)
      problems.push(`it had ${watch.peakProcesses} processes and threads, of ${limits.pids}`);
    if (restless > RESTLESS_SHARE)
      problems.push(
        `it computes without rest: ${Math.round(restless * 100)} % of the processor that it may have, while nobody asked it anything`,
      );
    const { share = 0, cpuMs = 0 } = watch.heldBack ?? {};
    if (share > HELD_BACK_SHARE && cpuMs > ENOUGH_CPU_MS)
      problems.push(`it was held back in ${Math.round(share * 100)} % of the time it computed`);
    const kept = await scene.keptBytes();
    if (kept && kept.bytes > kept.limitBytes)
      problems.push(`it keeps more than ${mib(kept.limitBytes)} MiB of data, which is all it may keep`);
    const [first] = problems;
    if (first !== undefined) return failed(first, problems);
    return passed(
      `at most ${mib(watch.peakMemoryBytes)} of ${mib(limits.memoryBytes)} MiB, ${watch.peakProcesses} processes and threads${kept ? `; it keeps ${(kept.bytes / 2 ** 20).toFixed(1)} of ${mib(kept.limitBytes)} MiB of data` : ''}`,
    );
  },
};
