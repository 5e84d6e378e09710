import { cpus, totalmem } from 'node:os';

/** What figures depend on, and nothing that tells whose machine it is. */
export interface Machine {
  processor: string;
  processors: number;
  memoryGigabytes: number;
  platform: string;
  node: string;
}

export function machine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
