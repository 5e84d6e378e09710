import { CELLS, COLUMNS, nameOf, ROWS, type Cell } from './support/cells';
import { LanePool } from './support/lane-pool';
import { describeMatrix, type Result } from './support/report';
import { runCell } from './support/run-cell';

jest.setTimeout(600_000);

describe('the fault matrix', () => {
  const lanes = new LanePool();
  const results: Result[] = [];

  afterAll(async () => {
    await lanes.close();
    process.stdout.write(`\n${describeMatrix(results)}\n\n`);
  });

  it('has every fault at least twice, every phase at least four times, and 60 cells', () => {
    const times = (with_: (cell: Cell) => boolean): number => CELLS.filter(with_).length;
    const rare = [
      ...ROWS.filter((row) => times(({ fault }) => fault === row) < 2),
      ...COLUMNS.filter((column) => times(({ phase }) => phase === column) < 4),
    ];
    expect(rare.map(({ name }) => name)).toEqual([]);
    expect(CELLS.length).toBeGreaterThanOrEqual(60);
  });

  it.concurrent.each(CELLS.map((cell) => ({ cell, name: nameOf(cell) })))('$name', async ({ cell }) => {
    const result: Result = { ...cell };
    results.push(result);
    result.measured = await lanes.use((lane) => runCell(cell, lane));
  });
});
