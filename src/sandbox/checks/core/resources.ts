import { type Check, failed, notMeasured, passed } from '../check';

const PROCESS_SHARE = 0.5;

/** Nothing of it was killed for memory, and it has threads to spare. That it computes as much as it may is what it is for. */
export const coreResources: Check = {
  number: 9,
  id: 'resources',
  always: true,
  ask: async ({ watch, limits }) => {
    await watch.now();
    if (watch.curve.length === 0 && !watch.oom) return notMeasured('it ended before it could be measured');
    const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
    if (watch.oom)
      return failed(
        `something of it was killed for the memory it took (oom), at ${mib(limits.memoryBytes)} MiB`,
      );
    if (watch.peakProcesses > limits.pids * PROCESS_SHARE)
      return failed(`it had ${watch.peakProcesses} processes and threads, of ${limits.pids}`);
    return passed(
      `at most ${mib(watch.peakMemoryBytes)} of ${mib(limits.memoryBytes)} MiB, ${watch.peakProcesses} processes and threads`,
    );
  },
};
