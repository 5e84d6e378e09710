import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { usableProcessors } from '../../../src/shared/usable-processors';
import { newTally, runSeeds } from '../run/batch';
import { RunPool } from '../run/run-pool';
import { MUTANTS } from './all';
import { hunt, type Found } from './hunt';
import type { Mutant } from './mutant';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    table: { type: 'boolean', default: false },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Hunts for each bug, as many at a time as there are processors. */
async function huntAll(wanted: readonly Mutant[]): Promise<Map<Mutant, Found>> {
  const found = new Map<Mutant, Found>();
  const open = [...wanted];
  const lane = async (): Promise<void> => {
    for (let mutant = open.shift(); mutant; mutant = open.shift()) {
      const result = await hunt(mutant, values.from, values.seeds).catch((error: unknown): Found => {
        print(String(error));
        return { runs: 0 };
      });
      found.set(mutant, result);
      const { seed, invariant, detail, runs } = result;
      const verdict = seed === undefined ? `MISSED in ${runs} runs` : `seed ${seed}: ${invariant}`;
      print(`${mutant.folder.padEnd(10)} ${mutant.name.padEnd(62)} ${verdict}`);
      if (values.only && detail) print(`  ${detail}`);
    }
  };
  await Promise.all(Array.from({ length: usableProcessors() }, lane));
  return found;
}

/** For a document, in the order the bugs are planted in. */
function table(wanted: readonly Mutant[], found: ReadonlyMap<Mutant, Found>): string {
  const rows = wanted.map((mutant) => {
    const { seed, invariant } = found.get(mutant) ?? {};
    return `| ${mutant.folder} | ${mutant.name} | ${seed ?? 'none'} | ${invariant ?? 'missed'} |`;
  });
  return ['| area | planted bug | seed | promise broken |', '|---|---|---|---|', ...rows].join('\n');
}

/** Runs the same seeds on the product as it is. @returns whether it raised no alarm. */
async function isSound(): Promise<boolean> {
  const tally = newTally();
  const pool = new RunPool(usableProcessors());
  try {
    await runSeeds(tally, Number(values.from), Number(values.seeds), {}, () => undefined, pool);
  } finally {
    pool.close();
  }
  const { failure, runs } = tally;
  const alarm = failure && `${failure.violation.invariant}: ${failure.violation.detail}`;
  print(`the product  ${failure ? `ALARM: seed ${failure.seed}: ${alarm}` : `no alarm in ${runs} runs`}`);
  return !failure;
}

async function main(): Promise<void> {
  const wanted = MUTANTS.filter(
    ({ name, folder }) => values.only?.some((words) => `${folder} ${name}`.includes(words)) ?? true,
  );
  const found = await huntAll(wanted);
  const caught = [...found.values()].filter(({ seed }) => seed !== undefined).length;
  if (values.table) print(`\n${table(wanted, found)}\n`);
  print(`${caught} of ${wanted.length} planted bugs caught`);
  const sound = values.only !== undefined || (await isSound());
  if (caught < wanted.length || !sound) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 2;
});
