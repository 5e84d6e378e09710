import { Logger } from '@nestjs/common';
import { CoreBench, type BenchOptions } from '../../test/support/core-bench';
import type { FakeCoreState } from '../../test/support/fakes/fake-core-state';
import { DriftGuard } from './drift-guard';

const OTHER_WEIGHTS = 'b'.repeat(64);

describe(DriftGuard.name, () => {
  let bench: CoreBench;

  const prepared = async (options?: BenchOptions): Promise<void> => {
    bench = await CoreBench.create(options);
    bench.noticeRoom.id = 'general';
  };
  const begun = async (): Promise<void> => {
    await bench.begin();
    await bench.clock.advance(12_000);
    bench.changes.length = 0;
  };
  const shows = (id: number): number => bench.core(id).count('show');

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    await bench.end();
    expect(bench.clock.timers).toBe(0);
    await bench.store.close();
  });

  describe('a core that would answer differently', () => {
    it.each<[string, Partial<FakeCoreState>]>([
      ['the weights differ', { weights: OTHER_WEIGHTS }],
      ['the templates differ', { template: 'another' }],
      ['the parameters differ', { parameters: 'top_k 1' }],
      ['the families differ: gemma and llama', { family: 'gemma' }],
      ['the contexts differ: 2048 tokens here, 4096 there', { mostContext: 2048 }],
    ])('is not ready and says why: %s', async (what, changes) => {
      await prepared();
      Object.assign(bench.core(2), changes);
      await begun();
      expect(bench.state(1)).toBe('ready');
      expect(bench.view(2)).toMatchObject({
        state: 'warming',
        reason: `it would answer differently from core 1: ${what}`,
        warning: undefined,
      });
      await expect(bench.during(bench.switchovers.switchTo(2, 'api:key1'))).rejects.toMatchObject({
        code: 'CORE_NOT_READY',
        message: expect.stringContaining(what),
      });
    });

    it('is not measured against a context that no request asks for', async () => {
      await prepared();
      bench.core(2).resident = { contextLength: 8192 };
      await begun();
      expect(bench.state(2)).toBe('ready');
    });

    it('is the last resort: it takes over where nothing else is left, and then it is what counts', async () => {
      await prepared();
      bench.core(2).replaceModel({ weights: OTHER_WEIGHTS });
      await begun();
      bench.core(1).kill();
      await bench.timeUntil(() => bench.registry.active.id === 2, 3_000);
      await bench.timeUntil(() => bench.state(2) === 'ready', 500);
      bench.core(1).restart();
      await bench.timeUntil(() => bench.state(1) === 'warming', 5_000);
      await bench.clock.advance(60_000);
      expect(bench.view(1)).toMatchObject({
        state: 'warming',
        reason: 'it would answer differently from core 2: the weights differ',
      });
      expect(bench.registry.active.id).toBe(2);
      expect(bench.registry.epoch).toBe(2);
    });

    it('is passed over by a failover where another core answers alike', async () => {
      await prepared({ cores: 3 });
      bench.core(2).replaceModel({ weights: OTHER_WEIGHTS });
      await begun();
      bench.core(1).kill();
      await bench.timeUntil(() => bench.registry.active.id !== 1, 3_000);
      expect(bench.registry.active.id).toBe(3);
      await bench.clock.advance(1_000);
      expect(bench.view(2).reason).toBe('it would answer differently from core 3: the weights differ');
    });

    it('is found out within ten seconds of a pull, and ready by itself when it is alike again', async () => {
      await prepared();
      await begun();
      bench.core(2).replaceModel({ weights: OTHER_WEIGHTS });
      await bench.timeUntil(() => bench.state(2) === 'warming', 10_100);
      bench.core(2).replaceModel({ weights: 'a'.repeat(64) });
      await bench.timeUntil(() => bench.state(2) === 'ready', 10_100);
      expect(bench.view(2).reason).toBe('it would answer like the other cores again');
      expect(bench.changes).toEqual(['2 warming', '2 ready']);
    });

    it('is the standby where the active one is given another model', async () => {
      await prepared();
      await begun();
      bench.registry.update(1, { continues: true });
      bench.core(1).replaceModel({ template: 'another' });
      await bench.timeUntil(() => bench.state(2) === 'warming', 20_100);
      expect(bench.state(1)).toBe('ready');
      expect(bench.view(1).continues).toBeUndefined();
      bench.core(2).replaceModel({ template: 'another' });
      await bench.timeUntil(() => bench.state(2) === 'ready', 10_100);
    });

    it('is measured again after its process was started anew', async () => {
      await prepared({ engine: true });
      await begun();
      bench.core(2).kill();
      bench.engine.tell({ type: 'died', name: 'core2', at: 0, lastOutput: [] });
      Object.assign(bench.core(2), { weights: OTHER_WEIGHTS });
      bench.core(2).restart();
      bench.engine.tell({ type: 'started', name: 'core2', at: 0, pid: 7 });
      await bench.timeUntil(() => bench.state(2) === 'warming', 5_000);
      await bench.clock.advance(12_000);
      expect(bench.view(2).reason).toContain('the weights differ');
    });
  });

  describe('the core that counts', () => {
    it('is the one that was seen first, until the active one generates', async () => {
      await prepared();
      bench.core(1).up = false;
      bench.core(2).replaceModel({ weights: OTHER_WEIGHTS });
      await bench.begin();
      await bench.timeUntil(() => bench.state(2) === 'ready', 5_000);
      bench.core(1).restart();
      await bench.timeUntil(() => bench.state(1) === 'ready', 5_000);
      await bench.timeUntil(() => bench.state(2) === 'warming', 11_000);
      expect(bench.registry.active.id).toBe(1);
    });

    it('stays the active one after its death, while nobody takes over', async () => {
      await prepared();
      bench.core(2).replaceModel({ weights: OTHER_WEIGHTS });
      await begun();
      await bench.control.pause(600_000, { by: 'api:key1' });
      bench.core(1).kill();
      await bench.clock.advance(30_000);
      expect(bench.view(2)).toMatchObject({ state: 'warming', role: 'standby' });
      expect(bench.registry.pick()?.id).toBe(2);
    });

    it('is never a stand-in without a model beside a real core, even where it has taken over', async () => {
      await prepared();
      bench.registry.update(2, { kind: 'scripted' });
      bench.core(2).replaceModel({ family: 'scripted', weights: OTHER_WEIGHTS });
      await begun();
      expect(bench.view(2).reason).toContain('the families differ: scripted and llama');
      bench.core(1).kill();
      await bench.timeUntil(() => bench.registry.active.id === 2, 3_000);
      await bench.timeUntil(() => bench.state(2) === 'ready', 500);
      bench.core(1).restart();
      await bench.timeUntil(() => bench.state(1) === 'ready', 5_000);
      await bench.timeUntil(() => bench.state(2) === 'warming', 11_000);
      expect(bench.registry.pick()?.id).toBe(1);
    });
  });

  describe('another version or share of graphics memory', () => {
    it('is a warning only', async () => {
      await prepared();
      Object.assign(bench.core(2), { version: '0.12.0', vramShare: 0 });
      bench.core(1).vramShare = 1;
      await begun();
      expect(bench.view(1).warning).toBeUndefined();
      expect(bench.view(2)).toMatchObject({
        state: 'ready',
        warning:
          'its version is 0.12.0, and that of core 1 0.11.4; 0 % of its model lie in graphics memory, and on core 1 100 %',
      });
      bench.core(1).vramShare = 0;
      await bench.clock.advance(21_000);
      expect(bench.view(2).warning).toBe('its version is 0.12.0, and that of core 1 0.11.4');
    });
  });

  describe('/api/show', () => {
    it('is asked once, and again only after ten minutes', async () => {
      await prepared();
      await begun();
      await bench.clock.advance(9 * 60_000);
      expect([shows(1), shows(2)]).toEqual([1, 1]);
      await bench.clock.advance(2 * 60_000);
      expect([shows(1), shows(2)]).toEqual([2, 2]);
    });

    it('that fails keeps no core from being ready, and is asked again ten seconds later', async () => {
      await prepared();
      bench.core(2).showFaults.push('server-error');
      bench.core(2).replaceModel({ weights: OTHER_WEIGHTS });
      await bench.begin();
      await bench.timeUntil(() => bench.state(2) === 'ready', 5_000);
      await bench.timeUntil(() => bench.state(2) === 'warming', 11_000);
      expect(shows(2)).toBe(2);
    });
  });
});
