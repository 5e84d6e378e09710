import { type Check, failed, notMeasured, passed } from './check';

const MEMORY_SHARE = 0.8;
const PROCESS_SHARE = 0.5;
const HELD_BACK_SHARE = 0.5;
/** Below it, the share of a few periods tells nothing. */
const ENOUGH_CPU_MS = 1_500;
/** An idle one takes nothing meanwhile, and one that never rests takes enough. */
const LONGER_MS = 3_000;

/** It lives well within what it may take: memory, processes, processor; and nothing of it was killed for memory. */
export const resources: Check = {
  number: 9,
  id: 'resources',
  always: true,
  ask: async ({ watch, limits, clock }) => {
    await watch.now();
    const few = watch.heldBack;
    if (few && few.share > HELD_BACK_SHARE && few.cpuMs <= ENOUGH_CPU_MS) {
      await clock.sleep(LONGER_MS);
      await watch.now();
    }
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
    const { share = 0, cpuMs = 0 } = watch.heldBack ?? {};
    if (share > HELD_BACK_SHARE && cpuMs > ENOUGH_CPU_MS)
      problems.push(`it was held back in ${Math.round(share * 100)} % of the time it computed`);
    const [first] = problems;
    if (first !== undefined) return failed(first, problems);
    return passed(
      `at most ${mib(watch.peakMemoryBytes)} of ${mib(limits.memoryBytes)} MiB, ${watch.peakProcesses} processes and threads`,
    );
  },
};
