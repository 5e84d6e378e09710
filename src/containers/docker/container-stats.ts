import type { ContainerStats as DockerStats } from 'dockerode';
import type { ContainerStats } from '../container-engine';

/** More than any machine has: no limit is set. */
const NO_LIMIT = 2 ** 60;

/** As `docker stats` counts: what is only cached is left out. Source: docker/cli, cli/command/container/stats_helpers.go. */
export function containerStats(found: DockerStats): ContainerStats {
  const { usage = 0, limit = NO_LIMIT, stats } = found.memory_stats;
  // cgroup v1 and v2 name it differently.
  const more = stats as unknown as Record<string, number> | undefined;
  const cached = more?.total_inactive_file ?? more?.inactive_file ?? 0;
  return {
    memoryBytes: Math.max(0, usage - cached),
    ...(limit < NO_LIMIT ? { memoryLimitBytes: limit } : {}),
    cpuMs: Math.round(found.cpu_stats.cpu_usage.total_usage / 1e6),
    processes: found.pids_stats?.current ?? 0,
  };
}
