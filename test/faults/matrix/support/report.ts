import { COLUMNS, ROWS, type Cell } from './cells';
import type { Measured } from './run-cell';

export type Result = Cell & { measured?: Measured };

const LEGEND =
  'Milliseconds from the fault until every question has its whole answer; in brackets until another core was active, and until the question that was broken off was sent to the core that answered it. Allowed: for these two; the writing of two answers comes on top.';

/** The matrix as it was measured: faults down, phases across. */
export function describeMatrix(results: readonly Result[]): string {
  const head = ['', 'allowed', ...COLUMNS.map(({ name }) => name)];
  const rows = ROWS.map((fault) => {
    const own = results.filter((result) => result.fault === fault);
    const cells = COLUMNS.map((phase) => cell(own.find((result) => result.phase === phase)));
    return [fault.name, String(fault.boundMs), ...cells];
  });
  return `${table([head, ...rows])}\n\n${LEGEND}`;
}

function cell(result: Result | undefined): string {
  if (!result) return '';
  const { measured } = result;
  if (!measured) return 'FAILED';
  const { answered, switched, resent } = measured;
  const turns = [switched, resent].map((time) => (time === undefined ? '-' : ms(time)));
  return switched === undefined && resent === undefined
    ? ms(answered)
    : `${ms(answered)} (${turns.join(' ')})`;
}

const ms = (time: number): string => String(Math.round(time));

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join(' | ')
      .trimEnd(),
  );
  return lines.join('\n');
}
