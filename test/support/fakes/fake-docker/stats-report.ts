import { readdir, readFile } from 'node:fs/promises';
import type { FakeContainer } from './fake-container';

const NO_LIMIT = 9_223_372_036_854_771_712;
const PAGE_BYTES = 4096;
const TICK_NS = 10_000_000;
const BLOCK_IO = [
  'io_service_bytes_recursive',
  'io_serviced_recursive',
  'io_queue_recursive',
  'io_service_time_recursive',
  'io_wait_time_recursive',
  'io_merged_recursive',
  'io_time_recursive',
  'sectors_recursive',
];
const NO_CPU = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

/** `GET /containers/{id}/stats` once, out of what the kernel says of the group (a machine with cgroup v1). */
export async function statsReport(container: FakeContainer): Promise<object> {
  const { process, name, id } = container;
  const base = { preread: '0001-01-01T00:00:00Z', num_procs: 0, storage_stats: {}, precpu_stats: NO_CPU };
  if (!process)
    return {
      read: '0001-01-01T00:00:00Z',
      ...base,
      pids_stats: {},
      blkio_stats: Object.fromEntries(BLOCK_IO.map((key) => [key, null])),
      cpu_stats: NO_CPU,
      memory_stats: {},
      name: `/${name}`,
      id,
    };
  const members = (await groupOf(process.pid)).filter((stat) => stat !== undefined);
  const sum = (of: (member: Member) => number): number =>
    members.reduce((total, member) => total + of(member), 0);
  const rss = sum(({ rssBytes }) => rssBytes);
  const user = sum(({ userNs }) => userNs);
  const kernel = sum(({ kernelNs }) => kernelNs);
  return {
    read: new Date().toISOString(),
    ...base,
    pids_stats: { current: members.length },
    blkio_stats: Object.fromEntries(BLOCK_IO.map((key) => [key, []])),
    cpu_stats: {
      cpu_usage: {
        total_usage: user + kernel,
        percpu_usage: [user, kernel],
        usage_in_kernelmode: kernel,
        usage_in_usermode: user,
      },
      system_cpu_usage: 1_000_000_000,
      online_cpus: 2,
      throttling_data: NO_CPU.throttling_data,
    },
    memory_stats: {
      usage: rss + PAGE_BYTES,
      max_usage: rss + PAGE_BYTES,
      stats: { total_inactive_file: PAGE_BYTES, inactive_file: PAGE_BYTES, total_rss: rss, rss },
      limit: container.config.HostConfig?.Memory || NO_LIMIT,
    },
    name: `/${name}`,
    id,
    networks: {
      eth0: {
        rx_bytes: 0,
        rx_packets: 0,
        rx_errors: 0,
        rx_dropped: 0,
        tx_bytes: 0,
        tx_packets: 0,
        tx_errors: 0,
        tx_dropped: 0,
      },
    },
  };
}

interface Member {
  rssBytes: number;
  userNs: number;
  kernelNs: number;
}

async function groupOf(group: number): Promise<(Member | undefined)[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const fields = text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      if (fields[2] !== group) return undefined;
      return {
        rssBytes: (fields[21] ?? 0) * PAGE_BYTES,
        userNs: (fields[11] ?? 0) * TICK_NS,
        kernelNs: (fields[12] ?? 0) * TICK_NS,
      };
    }),
  );
}
