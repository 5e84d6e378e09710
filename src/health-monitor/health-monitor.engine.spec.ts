import { Logger } from '@nestjs/common';
import { CoreBench } from '../../test/support/core-bench';
import { HealthMonitor } from './health-monitor.service';

describe(`${HealthMonitor.name}, told by the engine`, () => {
  let bench: CoreBench;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await CoreBench.running({ engine: true });
    bench.changes.length = 0;
  });
  afterEach(() => bench.end());

  it.each([
    ['paused', { type: 'paused' }, 'it was paused'],
    [
      'cut off',
      { type: 'disconnected', network: 'system_network' },
      'it was cut off from the network system_network',
    ],
    [
      'out of memory',
      { type: 'died', oom: true, exitCode: 137, lastOutput: [] },
      'its process died (out of memory)',
    ],
  ] as const)('takes a core that is %s as down at once', (_, event, reason) => {
    bench.engine.tell({ ...event, name: 'core1', at: 0 } as Parameters<typeof bench.engine.tell>[0]);
    expect(bench.view(1)).toMatchObject({ state: 'down', reason });
  });

  it('waits for no round of probes when a paused core runs again', async () => {
    bench.core(1).freeze();
    bench.engine.tell({ type: 'paused', name: 'core1', at: 0 });
    await bench.clock.advance(10_000);
    expect(bench.state(1)).toBe('down');
    bench.core(1).resume();
    bench.engine.tell({ type: 'resumed', name: 'core1', at: 0 });
    await bench.timeUntil(() => bench.state(1) === 'ready', 5_000);
  });

  it('only doubts what fails its own health check, and clears it by a probe', async () => {
    bench.engine.tell({ type: 'unhealthy', name: 'core1', at: 0 });
    expect(bench.view(1)).toMatchObject({ state: 'suspect', reason: 'its health check fails' });
    await bench.timeUntil(() => bench.state(1) === 'ready', 3_000);
    expect(bench.changes).not.toContain('1 down');
  });

  it('holds it against the question when memory ran out under it', () => {
    bench.engine.tell({ type: 'oom', name: 'core1', at: 0 });
    expect(bench.view(1)).toMatchObject({ state: 'ready', death: { kind: 'self' } });
  });
});

describe(`${HealthMonitor.name} and an engine that does not answer`, () => {
  it('begins to watch all the same', async () => {
    Logger.overrideLogger(false);
    const bench = await CoreBench.create({ engine: true });
    bench.engine.inspect = () => new Promise(() => undefined);
    const begun = bench.begin();
    await bench.clock.advance(6_000);
    await begun;
    await bench.timeUntil(() => bench.state(1) === 'ready', 5_000);
    await bench.end();
  });
});
