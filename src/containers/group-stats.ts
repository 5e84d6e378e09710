import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ContainerStats } from './container-engine';

/** What the processes of one group use together; undefined where there is none. As `ps` tells it, so on any Unix. */
export async function groupStats(group: number): Promise<ContainerStats | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pgid=,rss=,time=']);
  const members = stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([pgid]) => Number(pgid) === group);
  if (members.length === 0) return undefined;
  return {
    memoryBytes: members.reduce((sum, [, kibibytes]) => sum + Number(kibibytes) * 1024, 0),
    cpuMs: members.reduce((sum, [, , time = '']) => sum + milliseconds(time), 0),
    processes: members.length,
  };
}

/** @param time `[[days-]hours:]minutes:seconds`, of macOS with hundredths */
function milliseconds(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * 1000);
}
