import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { usableProcessors } from '../../../src/shared/usable-processors';
import { newTally, runSeeds, sweepPoints, unvisited, type Tally } from './batch';
import { describeFailure, summary } from './report';
import { RunPool } from './run-pool';
import { runSeed, type RunOptions } from './run-seed';
import { shrink } from './shrink';

const TELL_EVERY_MS = 10_000;
const SHRINK_MS = 30_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    crash: { type: 'string' },
    without: { type: 'string' },
    spare: { type: 'string' },
    forget: { type: 'string' },
    'no-sweep': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** One line for a program: of a mutant, say. */
async function quietly(): Promise<void> {
  const tally = newTally();
  await runSeeds(tally, whole(values.from), whole(values.seeds), options());
  const { failure, runs } = tally;
  process.stdout.write(`${JSON.stringify({ runs, seed: failure?.seed, ...failure?.violation })}\n`);
}

async function single(seed: number): Promise<void> {
  const { violation, trace, died } = await runSeed(seed, options());
  process.stdout.write(`${trace.join('\n')}\n`);
  for (const point of died) process.stdout.write(`died at ${point}\n`);
  process.stdout.write(
    `${violation ? `BROKEN ${violation.invariant}: ${violation.detail}` : 'all promises kept'}\n`,
  );
  if (violation) process.exitCode = 1;
}

async function many(): Promise<void> {
  const begun = performance.now();
  let toldAt = begun;
  const tally = newTally();
  const tell = ({ runs }: Tally): void => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    process.stdout.write(`${runs} runs, ${((runs / (toldAt - begun)) * 1000).toFixed(1)} seeds/s\n`);
  };
  const pool = new RunPool(usableProcessors());
  try {
    await runSeeds(tally, whole(values.from), whole(values.seeds), options(), tell, pool);
    if (!values['no-sweep'] && values.forget === undefined) await sweepPoints(tally, pool);
  } finally {
    pool.close();
  }
  process.stdout.write(`${summary(tally, performance.now() - begun)}\n`);
  const { failure } = tally;
  if (failure) {
    process.stdout.write(`\n${describeFailure(failure)}\n\nLooking for what of it is needed ...\n`);
    const until = performance.now() + SHRINK_MS;
    process.stdout.write(
      `${describeFailure(failure, await shrink(failure, () => performance.now() < until))}\n`,
    );
  }
  const open = values['no-sweep'] ? [] : unvisited(tally);
  process.stdout.write(
    failure || open.length > 0 ? '0 passed, 1 failed, 0 skipped\n' : '1 passed, 0 failed, 0 skipped\n',
  );
  if (failure || open.length > 0) process.exitCode = 1;
}

function options(): RunOptions {
  return {
    crashAt: values.crash,
    without: numbers(values.without),
    spared: numbers(values.spare),
    forgets: values.forget === undefined ? 0 : whole(values.forget),
  };
}

function numbers(list: string | undefined): ReadonlySet<number> {
  return new Set(list?.split(',').map(whole));
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is not a whole number`);
  return Number(text);
}

const work = values.json ? quietly() : values.seed === undefined ? many() : single(whole(values.seed));
work.catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
});
