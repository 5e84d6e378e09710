import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const CGROUP_LIMIT = '/sys/fs/cgroup/cpu.max';

/**
 * Processors this process may really use: affinity (taskset, cpuset) and a container's share of processor time are
 * less than what the machine has. At least 1.
 *
 * @param limit content of cgroup 2's `cpu.max`: `max 100000`, or `150000 100000` for one and a half processors
 */
export function usableProcessors(available = availableParallelism(), limit = readLimit()): number {
  const [quota, period] = limit.split(' ').map(Number);
  const share = quota && period ? Math.floor(quota / period) : Infinity;
  return Math.max(1, Math.min(available, share));
}

function readLimit(): string {
  try {
    return readFileSync(CGROUP_LIMIT, 'utf8').trim();
  } catch {
    return '';
  }
}
