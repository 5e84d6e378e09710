import { Logger } from '@nestjs/common';
import { CoreBench } from '../../test/support/core-bench';
import { AttemptFigures } from '../journal/attempt-figures';
import { AvailabilityReports } from './availability-reports.service';
import { AvailabilityWatch } from './availability-watch';

const HOUR = 3_600_000;

describe(AvailabilityWatch.name, () => {
  let bench: CoreBench;
  let sut: AvailabilityWatch;
  let reports: AvailabilityReports;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await CoreBench.create();
    sut = new AvailabilityWatch(bench.registry, bench.history, bench.bus);
    const figures = new AttemptFigures(bench.store, bench.clock);
    reports = new AvailabilityReports(bench.history, figures, bench.store, bench.clock);
    sut.start();
    await bench.begin();
    await bench.timeUntil(() => [1, 2].every((id) => bench.state(id) === 'ready'), 5_000);
  });
  afterEach(async () => {
    await bench.end();
    await bench.store.close();
  });

  const modes = async (): Promise<string[]> =>
    (await bench.history.course(0)).filter(({ core }) => core === 0).map(({ from, to }) => `${from}>${to}`);

  it('writes down each change of what the cluster can do, from the start of the process to its stop', async () => {
    bench.core(2).kill();
    await bench.timeUntil(() => bench.state(2) === 'down', 5_000);
    bench.core(1).kill();
    await bench.timeUntil(() => bench.state(1) === 'down', 5_000);
    sut.stop();
    bench.core(1).restart();
    await bench.timeUntil(() => bench.state(1) === 'ready', 5_000);
    expect(await modes()).toEqual([
      '>BLACKOUT',
      'BLACKOUT>SINGLE',
      'SINGLE>NORMAL',
      'NORMAL>SINGLE',
      'SINGLE>BLACKOUT',
      'BLACKOUT>OFF',
    ]);
  });

  it('is not hidden by a pause, a brake or a switch that is going on', async () => {
    await bench.during(bench.control.pause(HOUR, { by: 'api:key1' }));
    bench.core(2).kill();
    await bench.timeUntil(() => bench.state(2) === 'down', 5_000);
    expect((await modes()).at(-1)).toBe('NORMAL>SINGLE');
  });

  it('sees a core that is taken out of work by a word', async () => {
    await bench.during(bench.control.beginMaintenance(2, 60_000, { by: 'api:key1' }));
    await bench.clock.advance(0);
    expect((await modes()).at(-1)).toBe('NORMAL>SINGLE');
    await bench.clock.advance(62_000);
    expect((await modes()).at(-1)).toBe('SINGLE>NORMAL');
  });

  it('is what the report tells of: so many minutes with one core, with none, and switched off', async () => {
    await bench.clock.advance(60_000);
    bench.core(2).kill();
    await bench.timeUntil(() => bench.state(2) === 'down', 5_000);
    await bench.clock.advance(60_000);
    bench.core(1).kill();
    await bench.timeUntil(() => bench.state(1) === 'down', 5_000);
    await bench.clock.advance(20_000);
    sut.stop();
    await bench.clock.advance(10_000);
    const next = new AvailabilityWatch(bench.registry, bench.history, bench.bus);
    next.start();
    await bench.clock.advance(5_000);
    const report = await reports.of(HOUR);
    next.stop();
    const around = (ms: number, slack = 3_000) => [ms - slack, ms + slack];
    for (const [told, [from = 0, to = 0]] of [
      [report.singleMs, around(61_000)],
      [report.blackoutMs, around(26_000)],
      [report.offMs, around(10_000, 1)],
    ] as const) {
      expect(told).toBeGreaterThanOrEqual(from);
      expect(told).toBeLessThanOrEqual(to);
    }
    expect(report).toMatchObject({ cut: true, switches: { automatic: 0 } });
  });
});

describe(AvailabilityReports.name, () => {
  it('tells repairs by step and by how they ended, those that go on yet as well', async () => {
    const bench = await CoreBench.create();
    const now = bench.clock.now();
    const repair = (step: string, at: number, outcome: string | null) =>
      bench.store.run(
        "INSERT INTO repairs (core, step, at, outcome, why) VALUES (1, ?, ?, ?, '')",
        step,
        at,
        outcome,
      );
    await repair('restart', now - 2 * HOUR, 'ready');
    for (const [step, outcome] of [
      ['unload', 'failed'],
      ['restart', 'ready'],
      ['restart', 'failed'],
      ['restart', 'ready'],
      ['recreate', null],
    ] as const)
      await repair(step, now - 60_000, outcome);
    const figures = new AttemptFigures(bench.store, bench.clock);
    const sut = new AvailabilityReports(bench.history, figures, bench.store, bench.clock);
    expect((await sut.of(HOUR)).repairs).toEqual([
      { step: 'unload', count: 1, outcomes: { failed: 1 } },
      { step: 'restart', count: 3, outcomes: { ready: 2, failed: 1 } },
      { step: 'recreate', count: 1, outcomes: { running: 1 } },
    ]);
    await bench.end();
    await bench.store.close();
  });
});
