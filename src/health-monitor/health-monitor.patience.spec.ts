import { Logger } from '@nestjs/common';
import { CoreBench, type BenchOptions } from '../../test/support/core-bench';

describe('the patience of the health monitor', () => {
  let bench: CoreBench;

  const running = async (options?: BenchOptions): Promise<void> => {
    bench = await CoreBench.running(options);
    bench.changes.length = 0;
  };
  const deeps = (id: number): number => bench.core(id).count('generate');

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    for (const { id } of bench.registry.all()) bench.core(id).resume();
    await bench.end();
    expect(bench.clock.timers).toBe(0);
  });

  describe('a busy core', () => {
    it('that gives tokens is never called dead though its probes time out', async () => {
      await running();
      const release = bench.registry.occupy(1);
      const tokens = setTokens(bench, 1, 400);
      bench.core(1).freeze();
      await bench.clock.advance(30_000);
      expect(bench.changes.filter((change) => change.startsWith('1'))).toEqual([]);
      tokens.stop();
      expect(await bench.timeUntil(() => bench.state(1) === 'down', 8_000)).toBeLessThan(6_000);
      release();
    });

    it('whose connection breaks and is refused is dead within a second, however fresh its last token', async () => {
      await running();
      const release = bench.registry.occupy(1);
      const tokens = setTokens(bench, 1, 100);
      await bench.clock.advance(1_000);
      tokens.stop();
      bench.core(1).kill();
      bench.registry.report({ coreId: 1, kind: 'reset', detail: 'connection reset' });
      expect(await bench.timeUntil(() => bench.state(1) === 'down', 3_000)).toBeLessThan(1_000);
      release();
    });

    it('is not asked to generate by the monitor', async () => {
      await running();
      const release = bench.registry.occupy(1);
      const before = deeps(1);
      await bench.clock.advance(60_000);
      expect(deeps(1)).toBe(before);
      release();
      await bench.timeUntil(() => deeps(1) > before, 1_000);
    });

    it('keeps its idle neighbour on the same host from being probed', async () => {
      await running();
      const release = bench.registry.occupy(1);
      const before = deeps(2);
      await bench.clock.advance(90_000);
      expect(deeps(2)).toBe(before);
      expect(bench.state(2)).toBe('ready');
      release();
      await bench.timeUntil(() => deeps(2) > before, 1_000);
    });

    it('is disturbed by one token after 5 s where the threads are shared out and its neighbour is unproven', async () => {
      await running({ threads: 1 });
      const release = bench.registry.occupy(1);
      bench.registry.report({ coreId: 2, kind: 'stall', detail: 'silent' });
      const before = deeps(2);
      await bench.clock.advance(4_000);
      expect(deeps(2)).toBe(before);
      await bench.timeUntil(() => bench.state(2) === 'ready', 3_000);
      const proven = deeps(2);
      await bench.clock.advance(90_000);
      expect(deeps(2)).toBe(proven);
      release();
    });

    it('that only keeps a slot for a question which it turned away keeps nobody from being proven', async () => {
      await running();
      const release = bench.registry.occupy(1);
      bench.registry.update(1, { turnedAway: 1 });
      bench.registry.report({ coreId: 2, kind: 'stall', detail: 'silent' });
      await bench.timeUntil(() => bench.state(2) === 'ready', 1_000);
      release();
    });

    it('with a suspect standby beside it is still not disturbed', async () => {
      await running();
      const release = bench.registry.occupy(1);
      const before = deeps(2);
      bench.registry.report({ coreId: 2, kind: 'stall', detail: 'silent' });
      await bench.clock.advance(20_000);
      expect(deeps(2)).toBe(before);
      expect(bench.state(2)).toBe('suspect');
      release();
      await bench.timeUntil(() => bench.state(2) === 'ready', 1_000);
    });

    it('that is full (503) is not blamed', async () => {
      await running();
      bench.registry.report({ coreId: 1, kind: 'busy', detail: 'server busy' });
      expect(bench.state(1)).toBe('ready');
      bench.core(1).probeFaults.push('busy', 'busy', 'busy');
      const before = deeps(1);
      await bench.timeUntil(() => deeps(1) >= before + 3, 40_000);
      expect(bench.changes).toEqual([]);
    });

    it('is cleared of a suspicion by the tokens of another answer', async () => {
      await running({ slots: 2 });
      const release = bench.registry.occupy(1);
      bench.registry.report({ coreId: 1, kind: 'in-stream-error', detail: 'one answer broke' });
      const before = deeps(1);
      await bench.clock.advance(3_000);
      expect(bench.state(1)).toBe('suspect');
      const tokens = setTokens(bench, 1, 100);
      await bench.clock.advance(11_000);
      expect(bench.state(1)).toBe('ready');
      expect(deeps(1)).toBe(before);
      tokens.stop();
      release();
    });
  });

  describe('tilt', () => {
    it('keeps a gateway that stood still for 5 s from calling anybody dead', async () => {
      await running();
      for (let round = 0; round < 4; round++) {
        await bench.clock.advance(700);
        bench.clock.stall(5_000);
        await bench.clock.advance(6_000);
      }
      expect(bench.changes.filter((change) => change.includes('down'))).toEqual([]);
      await bench.clock.advance(12_000);
      expect(bench.state(1)).toBe('ready');
      expect(bench.state(2)).toBe('ready');
      expect(bench.registry.epoch).toBe(1);
    });

    it.each([3_600_000, -3_600_000])('follows a wall clock that jumps by %i ms', async (jump) => {
      await running();
      bench.clock.jumpWall(jump);
      bench.core(1).freeze();
      await bench.clock.advance(4_800);
      expect(bench.tilt.tilted).toBe(true);
      bench.core(1).resume();
      await bench.clock.advance(20_000);
      expect(bench.changes.filter((change) => change.includes('down'))).toEqual([]);
      expect(bench.state(1)).toBe('ready');
      expect(bench.registry.epoch).toBe(1);
    });

    it('lets refusals and the engine act', async () => {
      await running({ engine: true });
      bench.clock.jumpWall(3_600_000);
      bench.core(1).kill();
      expect(await bench.timeUntil(() => bench.state(1) === 'down', 3_000)).toBeLessThan(1_800);
      bench.clock.jumpWall(-3_600_000);
      bench.engine.tell({ type: 'died', name: 'core2', at: 0, lastOutput: [] });
      expect(bench.state(2)).toBe('down');
    });

    it('ignores silence that answers report meanwhile', async () => {
      await running();
      bench.clock.stall(5_000);
      bench.registry.report({ coreId: 1, kind: 'stall', detail: 'silent for 5 s' });
      expect(bench.state(1)).toBe('ready');
      await bench.clock.advance(1);
    });

    it('is over after 5 s: a core that is dead then is found', async () => {
      await running();
      bench.clock.stall(5_000);
      bench.core(1).freeze();
      const took = await bench.timeUntil(() => bench.state(1) === 'down', 12_000);
      expect(took).toBeGreaterThan(5_000);
      expect(took).toBeLessThan(5_000 + 4_700);
    });
  });
});

/** Tokens of a real answer, one every `everyMs`. */
function setTokens({ clock, registry }: CoreBench, id: number, everyMs: number): { stop(): void } {
  let timer = clock.after(0, tick);
  function tick(): void {
    registry.alive(id);
    timer = clock.after(everyMs, tick);
  }
  return { stop: () => timer.cancel() };
}
