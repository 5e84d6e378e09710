import { Logger } from '@nestjs/common';
import { CoreBench, type BenchOptions } from '../../test/support/core-bench';
import { HealthMonitor } from './health-monitor.service';

/** Steps of the bench's own measuring. */
const TOLERANCE_MS = 50;

describe(HealthMonitor.name, () => {
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

  describe('a core that comes up', () => {
    it('is ready once it answered, loaded the model with the options of real traffic, and generated', async () => {
      await running();
      expect(bench.state(1)).toBe('ready');
      expect(bench.state(2)).toBe('ready');
      for (const id of [1, 2]) {
        const loads = bench.core(id).calls.flatMap((call) => (call.method === 'load' ? [call.options] : []));
        expect(loads).toEqual([bench.profile.options]);
        const [probe] = bench
          .core(id)
          .calls.flatMap((call) => (call.method === 'generate' ? [call.request] : []));
        expect(probe).toMatchObject({
          model: 'm',
          keepAlive: -1,
          options: { num_ctx: 4096, num_predict: 1 },
        });
      }
    });

    it('may be refused for as long as its process is only starting', async () => {
      bench = await CoreBench.create({ engine: true });
      bench.engine.infos.set('core1', { state: 'running', pid: 11 });
      bench.core(1).up = false;
      await bench.begin();
      await bench.clock.advance(8_000);
      expect(bench.state(1)).toBe('starting');
      expect(bench.view(1).pid).toBe(11);
      bench.core(1).restart();
      await bench.timeUntil(() => bench.state(1) === 'ready', 2_000);
      expect(bench.changes).not.toContain('1 down');
    });

    it('is not condemned by a slow first answer after many refusals', async () => {
      bench = await CoreBench.create({ engine: true });
      bench.engine.infos.set('core1', { state: 'running' });
      bench.core(1).up = false;
      await bench.begin();
      await bench.clock.advance(5_000);
      bench.core(1).restart();
      bench.core(1).freeze();
      await bench.clock.advance(1_500);
      bench.core(1).resume();
      await bench.clock.advance(2_000);
      expect(bench.changes).not.toContain('1 down');
    });

    it('is down at once where its container does not run', async () => {
      bench = await CoreBench.create({ engine: true });
      bench.engine.infos.set('core1', { state: 'exited' });
      bench.core(1).up = false;
      await bench.begin();
      await bench.timeUntil(() => bench.state(1) === 'down', 1_000);
      expect(bench.view(1).exited).toBe(true);
    });
  });

  describe('a core that dies', () => {
    it.each([1, 2, 3, 4, 5])('in silence while idle is down within 4.7 s (seed %i)', async (seed) => {
      await running({ seed });
      await bench.clock.advance(seed * 170);
      bench.core(1).freeze();
      const took = await bench.timeUntil(() => bench.state(1) === 'down', 6_000);
      expect(took).toBeLessThanOrEqual(4_700 + TOLERANCE_MS);
      expect(took).toBeGreaterThan(3_000);
    });

    it('and refuses connections is down within 1.8 s without any help', async () => {
      await running();
      bench.core(1).kill();
      expect(await bench.timeUntil(() => bench.state(1) === 'down', 3_000)).toBeLessThanOrEqual(1_800);
    });

    it('and broke an answer is down after one more refusal', async () => {
      await running();
      bench.core(1).kill();
      bench.registry.report({ coreId: 1, kind: 'reset', detail: 'broke' });
      expect(bench.state(1)).toBe('suspect');
      expect(await bench.timeUntil(() => bench.state(1) === 'down', 1_000)).toBeLessThanOrEqual(TOLERANCE_MS);
    });

    it('is down the moment the engine says so', async () => {
      await running({ engine: true });
      bench.core(1).kill();
      bench.engine.tell({ type: 'died', name: 'core1', at: 0, signal: 'SIGKILL', lastOutput: [] });
      expect(bench.state(1)).toBe('down');
      expect(bench.view(1)).toMatchObject({ reason: 'its process died (SIGKILL)', pid: undefined });
    });

    it.each([
      ['self', { type: 'died', exitCode: 134, lastOutput: [] as string[] }],
      ['self', { type: 'died', exitCode: 137, oom: true, lastOutput: [] as string[] }],
      ['external', { type: 'died', signal: 'SIGKILL', lastOutput: [] as string[] }],
      ['external', { type: 'stopped' }],
    ] as const)('is known to have died of a %s cause, before it is down, after %j', async (kind, how) => {
      await running({ engine: true });
      await bench.clock.advance(500);
      const seen: unknown[] = [];
      bench.bus.on('core.state-changed', ({ core }) => void seen.push(core.death));
      bench.core(1).kill();
      bench.engine.tell({ name: 'core1', at: 0, ...how });
      expect(seen[0]).toEqual({ kind, at: bench.clock.monotonic() });
    });

    it('is not raised from the dead by a probe that was under way', async () => {
      await running({ engine: true });
      const before = deeps(2);
      await bench.timeUntil(() => deeps(2) > before, 40_000);
      bench.engine.tell({ type: 'died', name: 'core2', at: 0, exitCode: 1, lastOutput: [] });
      bench.changes.length = 0;
      await bench.clock.advance(60);
      expect(bench.changes).toEqual([]);
    });
  });

  describe('a core that rises again', () => {
    it('needs three passes, the model in memory and a token', async () => {
      await running();
      bench.core(2).kill();
      await bench.timeUntil(() => bench.state(2) === 'down', 3_000);
      const loads = bench.core(2).count('load');
      bench.core(2).restart();
      const asked = bench.core(2).count('version');
      const took = await bench.timeUntil(() => bench.state(2) === 'warming', 3_000);
      expect(bench.core(2).count('version') - asked).toBeGreaterThanOrEqual(3);
      expect(took).toBeGreaterThan(600);
      const probes = deeps(2);
      await bench.timeUntil(() => bench.state(2) === 'ready', 3_000);
      expect(bench.core(2).count('load')).toBe(loads + 1);
      expect(deeps(2)).toBe(probes + 1);
    });

    it('stays warming, with the reason, while its model does not load', async () => {
      await running();
      bench.core(2).loads = false;
      bench.core(2).kill();
      await bench.timeUntil(() => bench.state(2) === 'down', 3_000);
      bench.core(2).restart();
      await bench.clock.advance(8_000);
      expect(bench.view(2)).toMatchObject({
        state: 'warming',
        reason: expect.stringContaining('does not load'),
      });
      bench.core(2).loads = true;
      await bench.timeUntil(() => bench.state(2) === 'ready', 8_000);
    });
  });

  describe('a runner that hangs behind a healthy server', () => {
    it('is found out within 36 s on the idle active core, by two deep probes', async () => {
      await running();
      const before = deeps(1);
      await bench.timeUntil(() => deeps(1) > before, 20_000);
      await bench.clock.advance(100);
      bench.core(1).runnerHung = true;
      const took = await bench.timeUntil(() => bench.state(1) === 'down', 40_000);
      expect(took).toBeLessThanOrEqual(36_000 + TOLERANCE_MS);
      expect(deeps(1) - before - 1).toBe(2);
      expect(bench.view(1).reason).toContain('does not generate');
      expect(bench.core(1).up).toBe(true);
    });

    it('is no verdict after one failed deep probe', async () => {
      await running();
      const before = deeps(1);
      bench.core(1).runnerHung = true;
      await bench.timeUntil(() => deeps(1) > before, 20_000);
      await bench.clock.advance(10_200);
      expect(bench.state(1)).toBe('suspect');
      bench.core(1).resume();
      await bench.timeUntil(() => bench.state(1) === 'ready', 2_500);
      expect(bench.changes).not.toContain('1 down');
    });

    it('is used again once it generates', async () => {
      await running();
      bench.core(1).runnerHung = true;
      await bench.timeUntil(() => bench.state(1) === 'down', 40_000);
      await bench.clock.advance(10_000);
      expect(bench.state(1)).toBe('down');
      bench.core(1).resume();
      await bench.timeUntil(() => bench.state(1) === 'ready', 12_000);
    });
  });

  describe('the model', () => {
    it('missing on a core takes it down with the remedy, and it returns when the model is there', async () => {
      await running();
      bench.core(2).installed = [];
      await bench.timeUntil(() => bench.state(2) === 'down', 11_000);
      expect(bench.view(2).reason).toContain('ollama pull m');
      const probes = deeps(2);
      await bench.clock.advance(120_000);
      expect(bench.view(2).reason).toContain('ollama pull m');
      expect(deeps(2)).toBe(probes);
      bench.core(2).installed = ['m'];
      await bench.timeUntil(() => bench.state(2) === 'ready', 12_000);
    });

    it('said to be missing by an answer (404) is looked for at once', async () => {
      await running();
      bench.core(1).installed = [];
      bench.registry.report({ coreId: 1, kind: 'model-missing', detail: 'model not found' });
      await bench.timeUntil(() => bench.state(1) === 'down', 500);
      expect(bench.view(1).reason).toContain('ollama pull m');
    });

    it('that fell out of memory is loaded again, on the standby as well', async () => {
      await running();
      const loads = bench.core(2).count('load');
      bench.core(2).resident = undefined;
      await bench.timeUntil(() => bench.core(2).count('load') > loads, 11_000);
      await bench.timeUntil(() => bench.state(2) === 'ready', 2_000);
    });

    it('that is loaded with a smaller context counts as not loaded', async () => {
      await running();
      const loads = bench.core(2).count('load');
      bench.core(2).resident = { contextLength: 2048 };
      await bench.timeUntil(() => bench.core(2).count('load') > loads, 11_000);
    });

    it('stays out of the standby where memory holds it only once', async () => {
      await running({ warmStandby: false });
      await bench.clock.advance(60_000);
      expect(bench.core(2).count('load')).toBe(0);
      expect(deeps(2)).toBe(0);
      expect(bench.core(2).resident).toBeUndefined();
      expect(bench.view(2)).toMatchObject({
        state: 'warming',
        reason: 'kept cold: memory holds the model only once',
      });
    });

    it('is loaded by the cold standby as soon as that becomes active', async () => {
      await running({ warmStandby: false });
      bench.core(1).kill();
      await bench.timeUntil(() => bench.registry.active.id === 2, 3_000);
      await bench.timeUntil(() => bench.state(2) === 'ready', 1_500);
      expect(bench.core(2).count('load')).toBe(1);
    });
  });

  describe('stop', () => {
    it('ends at once even while a model loads and a probe hangs', async () => {
      bench = await CoreBench.create();
      bench.core(1).loadMs = 200_000;
      bench.core(2).freeze();
      await bench.begin();
      await bench.clock.advance(1_500);
      expect(bench.core(1).count('load')).toBe(1);
      const before = bench.clock.monotonic();
      await bench.during(bench.monitor.stop());
      expect(bench.clock.monotonic() - before).toBeLessThan(100);
      expect(bench.engine.heard).toBe(false);
      const asked = bench.core(1).calls.length + bench.core(2).calls.length;
      await bench.clock.advance(60_000);
      expect(bench.core(1).calls.length + bench.core(2).calls.length).toBe(asked);
    });
  });
});
