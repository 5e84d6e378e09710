import { Logger } from '@nestjs/common';
import { CoreBench, type BenchOptions } from '../../test/support/core-bench';

/** Steps of the bench's own measuring. */
const TOLERANCE_MS = 50;

describe('a core that lets an answer wait in vain', () => {
  let bench: CoreBench;

  const running = async (options?: BenchOptions): Promise<void> => {
    bench = await CoreBench.running(options);
    bench.changes.length = 0;
  };
  const deeps = (id: number): number => bench.core(id).count('generate');
  const complain = (kind: 'first-token-timeout' | 'stall' = 'first-token-timeout'): void =>
    bench.registry.report({ coreId: 1, kind, detail: 'core 1 was silent for 10 s' });

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    for (const { id } of bench.registry.all()) bench.core(id).resume();
    await bench.end();
    expect(bench.clock.timers).toBe(0);
  });

  it.each(['first-token-timeout', 'stall'] as const)(
    'is down 3.5 s after the %s where it is quick otherwise, by one more probe',
    async (kind) => {
      await running();
      const before = deeps(1);
      bench.core(1).runnerHung = true;
      complain(kind);
      expect(bench.state(1)).toBe('suspect');
      const took = await bench.timeUntil(() => bench.state(1) === 'down', 12_000);
      expect(took).toBeGreaterThan(3_400);
      expect(took).toBeLessThanOrEqual(4_000 + TOLERANCE_MS);
      expect(deeps(1)).toBe(before + 1);
      expect(bench.view(1).ailment).toBe('stuck');
    },
  );

  it('gets the probe’s whole time where its proofs take long by nature: it is only busy', async () => {
    bench = await CoreBench.create();
    bench.core(1).firstTokenMs = 1_500;
    await bench.begin();
    await bench.timeUntil(() => bench.state(1) === 'ready', 20_000);
    bench.changes.length = 0;
    bench.core(1).firstTokenMs = 7_000;
    complain();
    await bench.timeUntil(() => bench.state(1) === 'ready', 9_000);
    expect(bench.changes).not.toContain('1 down');
  });

  it('is as good as before once it gave a token: the next silence alone is no verdict', async () => {
    await running();
    complain();
    await bench.timeUntil(() => bench.state(1) === 'ready', 1_000);
    const before = deeps(1);
    bench.core(1).runnerHung = true;
    await bench.timeUntil(() => deeps(1) > before, 20_000);
    await bench.clock.advance(10_200);
    expect(bench.state(1)).toBe('suspect');
  });

  it('is cleared by the tokens of another answer', async () => {
    await running({ slots: 2 });
    const release = bench.registry.occupy(1);
    bench.core(1).runnerHung = true;
    complain();
    await bench.clock.advance(1_000);
    bench.registry.alive(1);
    await bench.clock.advance(11_000);
    expect(bench.changes).not.toContain('1 down');
    release();
  });
});
