import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Figure, Measure } from './figure';
import { machine, type Machine } from './machine';
import { summarise, type Summary } from './summary';

const ROOT = resolve(__dirname, '../..');
const RESULTS = join(ROOT, '.cache/bench');
const DOCUMENT = join(ROOT, 'docs/figures.md');

/** One figure as it was measured; a line of the results. */
export interface Result {
  figure: string;
  date: string;
  command: string;
  quick: boolean;
  machine: Machine;
  measures: Measure[];
}

export function result(figure: string, command: string, quick: boolean, measures: Measure[]): Result {
  return { figure, date: new Date().toISOString(), command, quick, machine: machine(), measures };
}

/** Appends to the day's results. */
export function keep(each: Result): void {
  mkdirSync(RESULTS, { recursive: true });
  appendFileSync(join(RESULTS, `${each.date.slice(0, 10)}.json`), `${JSON.stringify(each)}\n`);
}

export function table({ measures }: Result): string {
  const rows = [HEAD, ...measures.map((measure) => cells(summarise(measure)))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** docs/figures.md, out of the newest thorough result of every figure. What was not measured here stays as it stands. */
export function writeDocument(figures: readonly Figure[]): void {
  const newest = new Map<string, Result>();
  for (const each of results()) if (!each.quick) newest.set(each.figure, each);
  const written = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '';
  const sections = figures.map((figure) => section(figure, newest.get(figure.name), written));
  const head = `# Figures

Made by \`npm run bench -- --write\`; do not edit by hand. Targets are judged by the median of the runs unless a row says
otherwise. Variants of one figure are measured in turn (A B A B ...), so that a disturbance meets both, and a ratio is
always between neighbours of one run. "Spread" is the least and the greatest value. Every run prepares its own data and
talks over real sockets on this machine; nothing is simulated unless the section says so.`;
  writeFileSync(DOCUMENT, `${[head, ...sections].join('\n\n')}\n`);
}

function results(): Result[] {
  if (!existsSync(RESULTS)) return [];
  const days = readdirSync(RESULTS).filter((name) => /^\d{4}-\d\d-\d\d\.json$/.test(name));
  return days
    .sort()
    .flatMap((name) => readFileSync(join(RESULTS, name), 'utf8').split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as Result);
}

function section({ title, definition }: Figure, found: Result | undefined, written: string): string {
  const text = `## ${title}\n\n${definition}\n\n`;
  if (!found) {
    const [, rest = 'Not measured yet.'] = written.split(text);
    return `${text}${rest.split('\n\n## ')[0]?.trimEnd()}`;
  }
  const { processor, processors, memoryGigabytes, platform, node } = found.machine;
  const where = `\`${found.command}\`, ${found.date.slice(0, 10)}; ${processors} × ${processor}, ${memoryGigabytes} GB, ${platform}, Node ${node}`;
  const summaries = found.measures.map(summarise);
  const rows = summaries.map((summary) => `| ${cells(summary).join(' | ')} |`);
  const causes = summaries.flatMap(({ name, cause }) => (cause ? [`- ${name}: ${cause}`] : []));
  const lines = [`| ${HEAD.join(' | ')} |`, `|${HEAD.map(() => '---').join('|')}|`, ...rows];
  const missed = causes.length > 0 ? `\n\nMissed, and why:\n\n${causes.join('\n')}` : '';
  return `${text}${where}.\n\n${lines.join('\n')}${missed}`;
}

const HEAD = ['', 'median', 'spread', 'p99', 'n', 'target', ''];

function cells({ name, median, spread, p99, count, target, verdict }: Summary): string[] {
  return [name, median, spread, p99, String(count), target, verdict];
}
