import { components } from './components.bench';
import { cost } from './cost.bench';
import { dockerGuard } from './docker-guard.bench';
import { dockerStack } from './docker-stack.bench';
import { engine } from './engine.bench';
import { failover } from './failover.bench';
import { firstStart } from './first-start.bench';
import { firstToken } from './first-token.bench';
import { ready } from './ready.bench';
import { rss } from './rss.bench';
import { exitOnSignals } from './support/at-exit';
import { stamp } from './support/clock';
import type { Figure } from './support/figure';
import { keep, result, table, writeDocument } from './support/report';
import { sweep } from './sweep.bench';
import { throughput } from './throughput.bench';
import { toolChoice } from './tool-choice.bench';
import { trials } from './trials.bench';

const FIGURES: Figure[] = [
  ready,
  rss,
  throughput,
  cost,
  sweep,
  firstToken,
  failover,
  engine,
  firstStart,
  dockerGuard,
  dockerStack,
  trials,
  toolChoice,
  components,
];
const HELP = `npm run bench -- [options]

  --only a,b      these figures only: ${FIGURES.map(({ name }) => name).join(', ')}
  --runs N        interleaved runs of every variant (9)
  --trials N      trials of each fault (50)
  --quick         a proof that the programs work; its figures mean little and are not written down
  --write         write docs/figures.md, out of the newest result of every figure
  --keep-build    measure the build that was measured last
`;

interface Wishes {
  only?: string[];
  runs: number;
  trials: number;
  quick: boolean;
  write: boolean;
}

function wishes(given: readonly string[]): Wishes {
  const wish: Wishes = { runs: 9, trials: 50, quick: false, write: false };
  for (let index = 0; index < given.length; index++) {
    const [option = '', inline] = (given[index] ?? '').split('=');
    const value = (): string => inline ?? given[++index] ?? '';
    if (option === '--only') wish.only = value().split(',');
    else if (option === '--runs') wish.runs = positive(option, value());
    else if (option === '--trials') wish.trials = positive(option, value());
    else if (option === '--quick') wish.quick = true;
    else if (option === '--write') wish.write = true;
    else if (option !== '--keep-build') throw new Error(`There is no option ${option}.\n\n${HELP}`);
  }
  const unknown = wish.only?.find((name) => !FIGURES.some((figure) => figure.name === name));
  if (unknown !== undefined) throw new Error(`There is no figure ${unknown}.\n\n${HELP}`);
  return wish.quick ? { ...wish, runs: Math.min(wish.runs, 2) } : wish;
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`${option} is "${text}"; it must be 1 or more.`);
  return number;
}

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  if (given.includes('--help')) return void process.stdout.write(HELP);
  const { only, write, ...options } = wishes(given);
  const command = ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
  const say = (line: string): void => void process.stderr.write(`  ${line}\n`);
  let failed = false;
  for (const figure of FIGURES.filter(({ name }) => only?.includes(name) ?? true)) {
    const began = stamp();
    process.stdout.write(`\n${figure.title} (${figure.name})\n`);
    try {
      const measured = result(figure.name, command, options.quick, await figure.measure({ ...options, say }));
      keep(measured);
      process.stdout.write(`${table(measured)}\n`);
    } catch (error) {
      // One that cannot be measured here must not cost the others.
      failed = true;
      process.stdout.write(`NOT MEASURED: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
    process.stdout.write(`(${((stamp() - began) / 1000).toFixed(0)} s)\n`);
  }
  if (write) writeDocument(FIGURES);
  process.exitCode = failed ? 1 : 0;
}

exitOnSignals();
main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
