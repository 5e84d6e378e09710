import { Logger } from '@nestjs/common';
import { CoreBench, type BenchOptions } from '../../test/support/core-bench';
import { Talk, words } from '../../test/support/talk';
import { PaceBaselines } from '../core-registry/pace-baselines';
import { PaceWatch } from './pace-watch';

const NORMAL_GAP_MS = 20;

/** One core, so that nobody moves away from it. */
describe(PaceWatch.name, () => {
  let bench: CoreBench;
  let talk: Talk | undefined;

  const running = async (options: BenchOptions = { cores: 1 }): Promise<void> => {
    bench = await CoreBench.running(options);
    for (const { id } of bench.registry.all())
      Object.assign(bench.core(id), { gapMs: NORMAL_GAP_MS, answer: words(100) });
  };
  const talking = (pauseMs?: number): void => {
    talk = new Talk(bench, pauseMs);
  };
  const normal = (id = 1): number | undefined => bench.baselines.of(bench.view(id));
  const degraded = (id = 1): boolean => bench.registry.holds.has(id, 'degraded');
  /** People talk until the core's normal speed is known. */
  const known = async (): Promise<void> => {
    talking();
    await bench.clock.advance(30_000);
    expect(normal()).toBeCloseTo(50, 0);
  };

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    for (const { id } of bench.registry.all()) bench.core(id).gapMs = NORMAL_GAP_MS;
    await talk?.stop();
    talk = undefined;
    await bench.end();
    expect(bench.clock.timers).toBe(0);
    await bench.store.close();
  });

  it('calls a core degraded within 60 s of becoming ten times as slow, and says by how much', async () => {
    await running();
    await known();
    bench.core(1).gapMs *= 10;
    const took = await bench.timeUntil(degraded, 70_000);
    expect(took).toBeGreaterThanOrEqual(30_000);
    expect(took).toBeLessThanOrEqual(60_000);
    expect(bench.view(1).state).toBe('ready');
    expect(bench.view(1).conditions.get('degraded')).toMatchObject({
      by: 'automatic',
      reason: expect.stringMatching(/^it writes [45]\S* tokens a second; its normal is 50(\.\d)?$/),
    });
  });

  it('calls it so over a single answer that is slow for 45 s', async () => {
    await running();
    await known();
    await talk?.stop();
    bench.core(1).answer = words(400);
    bench.core(1).gapMs *= 10;
    talking();
    const took = await bench.timeUntil(degraded, 70_000);
    expect(took).toBeGreaterThanOrEqual(45_000);
    expect(took).toBeLessThanOrEqual(60_000);
    expect(talk?.results).toEqual([]);
  });

  it('lifts it when the speed is back in answers, and learns nothing in between', async () => {
    await running();
    await known();
    bench.core(1).gapMs *= 10;
    await bench.timeUntil(degraded, 70_000);
    await bench.clock.advance(120_000);
    expect(normal()).toBeCloseTo(50, 0);
    // Below half of the normal speed it is not well yet.
    bench.core(1).gapMs = 45;
    await bench.clock.advance(60_000);
    expect(degraded()).toBe(true);
    bench.core(1).gapMs = NORMAL_GAP_MS;
    await bench.timeUntil(() => !degraded(), 15_000);
  });

  it('measures it while nobody asks anything, and lifts it when the speed is back', async () => {
    await running();
    await known();
    bench.core(1).gapMs *= 10;
    await bench.timeUntil(degraded, 70_000);
    await talk?.stop();
    await bench.clock.advance(60_000);
    expect(degraded()).toBe(true);
    expect(bench.view(1).pace?.tokensPerSecond).toBeCloseTo(5);
    bench.core(1).gapMs = NORMAL_GAP_MS;
    await bench.timeUntil(() => !degraded(), 35_000);
    const asked = bench.core(1).count('generate');
    await bench.clock.advance(20_000);
    expect(bench.core(1).count('generate') - asked).toBeLessThanOrEqual(2);
  });

  it('has a measurement give way to a person who asks', async () => {
    await running();
    await known();
    bench.core(1).gapMs *= 10;
    await bench.timeUntil(degraded, 70_000);
    await talk?.stop();
    await bench.clock.advance(1_000);
    bench.bus.emit('core.pace-wanted', { coreId: 1 });
    const before = bench.view(1).pace;
    await bench.clock.advance(500);
    const release = bench.registry.occupy(1);
    await bench.clock.advance(250);
    expect(bench.core(1).generating).toBe(0);
    expect(bench.view(1).pace).toEqual(before);
    release();
  });

  it('remembers what is normal over a restart', async () => {
    await running();
    await known();
    await bench.baselines.close();
    const after = new PaceBaselines(bench.store, bench.profile);
    await after.open();
    expect(after.of(bench.view(1))).toBeCloseTo(50, 0);
  });

  describe('is not misled', () => {
    it('by a core that is full: 503 and waiting are back-pressure', async () => {
      await running();
      await known();
      for (let each = 0; each < 200; each++) bench.core(1).faults.push({ afterCharacters: 0, kind: 'busy' });
      await bench.clock.advance(240_000);
      expect(bench.core(1).faults).toEqual([]);
      expect(degraded()).toBe(false);
      expect(bench.changes).not.toContain('1 down');
    });

    it('by long waits for the first token', async () => {
      await running();
      await known();
      bench.core(1).firstTokenMs = 8_000;
      await bench.clock.advance(180_000);
      expect(degraded()).toBe(false);
    });

    it('by several answers at once on one core', async () => {
      await running({ cores: 1, slots: 4 });
      await known();
      // Four at once, each at a fifth of what one alone is written at.
      bench.core(1).gapMs *= 5;
      const others = [new Talk(bench), new Talk(bench), new Talk(bench)];
      await bench.clock.advance(240_000);
      expect(degraded()).toBe(false);
      for (const other of others) await other.stop();
    });

    it('by our own process standing still', async () => {
      await running();
      await known();
      for (let round = 0; round < 12; round++) {
        bench.clock.stall(5_000);
        await bench.clock.advance(1_000);
      }
      expect(degraded()).toBe(false);
    });

    it('by a core of which nothing is known yet', async () => {
      await running();
      bench.core(1).gapMs *= 10;
      talking();
      await bench.clock.advance(120_000);
      expect(degraded()).toBe(false);
    });
  });
});
