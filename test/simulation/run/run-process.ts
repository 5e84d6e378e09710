import 'reflect-metadata';
import { runSeed, type RunOptions, type RunResult } from './run-seed';

export interface Job {
  seed: number;
  options: RunOptions;
}

/** What a run came to, as far as it goes from process to process. */
export type Told = Omit<RunResult, 'plan'>;

async function answer({ seed, options }: Job): Promise<void> {
  const { violation, trace, reached, died, inflicted, virtualMs, repairs } = await runSeed(seed, options);
  process.send?.({
    violation,
    // Read only of what failed.
    trace: violation ? trace : [],
    reached,
    died,
    inflicted,
    virtualMs,
    repairs,
  } satisfies Told);
}

process.on('message', (job: Job) => void answer(job));
process.on('disconnect', () => process.exit());
