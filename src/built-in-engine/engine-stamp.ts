import { readFile } from 'node:fs/promises';
import { cpus, hostname } from 'node:os';
import { join } from 'node:path';
import { bytesBelow, writeJson } from './disk';

const NAME = 'proved.json';

/** On what machine an installed engine was seen to load, and how large its programs were then. */
interface EngineStamp {
  host: string;
  processor: string;
  arch: string;
  nodeMajor: string;
  programBytes: number;
}

/** Whether this engine was seen to load on this machine as it is now. */
export async function isStamped(folder: string, build: string): Promise<boolean> {
  const [found, now] = await Promise.all([
    readFile(join(folder, NAME), 'utf8').catch(() => ''),
    stampOf(folder, build),
  ]);
  return found.trim() === JSON.stringify(now);
}

/** Doing without it only costs a trial at the next start. */
export async function stamp(folder: string, build: string): Promise<void> {
  await writeJson(join(folder, NAME), await stampOf(folder, build)).catch(() => undefined);
}

async function stampOf(folder: string, build: string): Promise<EngineStamp> {
  return {
    host: hostname(),
    processor: cpus()[0]?.model ?? '',
    arch: process.arch,
    nodeMajor: process.versions.node.split('.')[0] ?? '',
    programBytes: await bytesBelow(join(folder, 'node_modules', '@node-llama-cpp', build, 'bins')),
  };
}
