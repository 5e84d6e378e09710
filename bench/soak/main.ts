import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { atExit, exitOnSignals } from '../support/at-exit';
import { writeSection } from './document';
import { HELP, readWishes } from './options';
import { rowsOf } from './outcome';
import { Soak } from './soak';

async function main(): Promise<number> {
  const given = process.argv.slice(2);
  if (given.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  const wishes = readWishes(given, Date.now());
  const command = ['npm run soak', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
  const folder = mkdtempSync(join(tmpdir(), 'rdzen-soak-'));
  // Told to end, a run leaves nothing; one that found something keeps what tells of it.
  const keep = atExit(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const began = performance.now();
  const say = (line: string): void => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(
      `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, '0')}  ${line}\n`,
    );
  };
  say(`${command}; seed ${wishes.seed}`);
  try {
    const facts = await new Soak(wishes, folder, say).run();
    const rows: [string, string][] = [['seed', String(wishes.seed)], ...rowsOf(facts)];
    const width = Math.max(...rows.map(([name]) => name.length));
    process.stdout.write(`\n${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')}\n`);
    if (wishes.write)
      writeSection(resolve('docs/soak.md'), command.replace(/ --write\b/, '').replace(/ --$/, ''), rows);
    if (facts.verdict.findings.length === 0 && facts.problems.length === 0) {
      if (!wishes.keep) return 0;
      keep();
      process.stdout.write(`\nData and logs are kept in ${folder}\n`);
      return 0;
    }
  } catch (error) {
    process.stdout.write(`\n${error instanceof Error ? error.stack : String(error)}\n`);
  }
  keep();
  process.stdout.write(`\nSomething is wrong. Data and logs are kept in ${folder}\n`);
  return 1;
}

exitOnSignals();
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
