import { CoreBench, type BenchOptions } from '../../test/support/core-bench';
import { LONG, SwitchoverBench } from '../../test/support/switchover-bench';
import { SwitchoverService } from './switchover.service';

describe(SwitchoverService.name, () => {
  let on: SwitchoverBench;
  let bench: CoreBench;
  let sut: SwitchoverService;

  const running = async (options?: BenchOptions): Promise<void> => {
    on = await SwitchoverBench.running(options);
    bench = on.bench;
    sut = bench.switchovers;
  };
  afterEach(() => on.end());

  describe('a planned switchover', () => {
    it('moves new work at once and lets the old answer finish where it is', async () => {
      await running();
      const old = await on.ask('old');
      const operation = await on.begin({ reason: 'new graphics card' });
      await on.until(operation, 'draining');
      expect([on.active, on.epoch, operation.epoch]).toEqual([2, 2, 2]);
      expect(bench.registry.cluster.get('switching')).toMatchObject({
        by: 'api:key1',
        reason: 'core 1 -> core 2',
      });
      const fresh = await on.ask('fresh');
      expect(await on.finish(old)).toMatchObject({
        outcome: 'complete',
        text: LONG,
        continued: 0,
        restarted: 0,
      });
      expect(await on.finish(fresh)).toMatchObject({ outcome: 'complete', attempt: { coreId: 2, epoch: 2 } });
      expect(operation).toMatchObject({
        state: 'done',
        outcome: 'every answer begun before it was finished',
      });
      expect([bench.core(1).chats.length, bench.core(2).chats.length]).toEqual([1, 1]);
      expect((await bench.history.switches())[0]).toMatchObject({
        ...{ from: 1, to: 2, by: 'api:key1', cause: 'new graphics card' },
      });
    });

    it.each(['core.promoted', 'core.updated'] as const)('is done where the core leaves at %s', async (at) => {
      await running();
      const old = await on.ask('old');
      // Before its answers are waited for, and meanwhile.
      bench.bus.on(at, () => {
        if (bench.registry.has(1) && on.active === 2) bench.registry.leave(1);
      });
      const operation = await on.begin();
      expect(await on.finish(old)).toMatchObject({ outcome: 'complete', text: LONG, continued: 0 });
      await on.until(operation, 'done');
      expect(operation.outcome).toBe('every answer begun before it was finished');
    });

    it('moves on what is not finished in time, after its last whole word', async () => {
      await running();
      const old = await on.ask('old');
      const operation = await on.begin({ drainMs: 2_000 });
      await on.until(operation, 'draining');
      const took = await on.until(operation, 'done');
      expect(took).toBeGreaterThan(1_900);
      expect(took).toBeLessThan(2_100);
      expect(operation.outcome).toBe('answers that had to move: 1');
      expect(await on.finish(old)).toMatchObject({
        outcome: 'complete',
        text: LONG,
        continued: 1,
        restarted: 0,
      });
      expect(bench.changes.filter((change) => /suspect|down/.test(change))).toEqual([]);
    });

    it('goes to the best of the others where it is not told where to', async () => {
      await running({ cores: 3 });
      await bench.registry.holds.set(2, 'draining', { by: 'api:key1', reason: 'spare it' });
      const operation = await on.begin({ to: undefined });
      await on.until(operation, 'done');
      expect([operation.to, on.active]).toEqual([3, 3]);
    });

    it('asks a core whose proof is old to generate first', async () => {
      await running();
      on.unproven(2);
      const probes = bench.core(2).count('generate');
      const operation = await on.begin();
      expect([operation.state, on.epoch]).toEqual(['proving', 1]);
      await on.until(operation, 'done');
      expect(bench.core(2).count('generate')).toBe(probes + 1);
      expect(on.active).toBe(2);
    });

    it('takes a token of a real answer for a proof', async () => {
      await running();
      on.unproven(2);
      bench.registry.alive(2);
      const probes = bench.core(2).count('generate');
      await on.until(await on.begin(), 'done');
      expect(bench.core(2).count('generate')).toBe(probes);
    });

    it('fails, with nothing changed, where the core does not generate', async () => {
      await running();
      on.unproven(2);
      bench.core(2).runnerHung = true;
      const operation = await on.begin();
      expect(await on.until(operation, 'failed')).toBeLessThan(13_000);
      expect(operation.outcome).toMatch(/^Core 2 was asked to generate and did not/);
      expect([on.active, on.epoch, operation.epoch]).toEqual([1, 1, undefined]);
    });

    it('fails where the core was put into maintenance while it showed that it generates', async () => {
      await running();
      on.unproven(2, 2_000);
      const operation = await on.begin();
      await bench.during(bench.control.beginMaintenance(2, 60_000, { by: 'api:key2', reason: 'dusting' }));
      await on.until(operation, 'failed');
      expect(operation.outcome).toBe(
        'Core 2 is in maintenance (by api:key2: dusting), so it cannot take over. End that first.',
      );
      expect([on.active, on.epoch]).toEqual([1, 1]);
    });

    it('is overtaken by a failure of the core it leaves', async () => {
      await running({ cores: 3 });
      on.unproven(2, 8_000);
      const operation = await on.begin();
      bench.core(1).kill();
      await on.until(operation, 'overtaken');
      expect(operation.outcome).toBe('epoch 2 came in between');
      await bench.clock.advance(15_000);
      expect(on.epoch).toBe(2);
      expect((await bench.history.switches())[0]?.by).toBe('automatic');
    });

    it('is overtaken by a failure of the core it went to, and breaks no answer over that', async () => {
      await running();
      const old = await on.ask('old');
      const operation = await on.begin();
      await on.until(operation, 'draining');
      bench.core(2).kill();
      await on.until(operation, 'overtaken');
      expect(on.active).toBe(1);
      expect(await on.finish(old)).toMatchObject({ outcome: 'complete', continued: 0, restarted: 0 });
    });

    it('is not begun twice at once, whoever asks', async () => {
      await running({ cores: 3 });
      await on.ask('old');
      const [first, second] = await Promise.allSettled([
        on.begin(),
        bench.during(sut.begin({ from: 1, to: 3, by: 'api:key2' })),
      ]);
      expect([first?.status, second]).toEqual([
        'fulfilled',
        { status: 'rejected', reason: expect.objectContaining({ code: 'OPERATION_RUNNING' }) },
      ]);
      await expect(bench.during(sut.switchTo(3, 'chat:ann'))).rejects.toMatchObject({
        code: 'OPERATION_RUNNING',
        message: expect.stringMatching(/from core 1 to core 2 is going on, for \d+ s more at most/),
      });
      expect(on.epoch).toBe(2);
    });

    it('that cannot be written down changes nothing, and leaves room for the next', async () => {
      await running();
      on.diskFull();
      const operation = await on.begin();
      await on.until(operation, 'failed');
      expect(operation).toMatchObject({ outcome: 'disk is full' });
      expect([operation.epoch, operation.drainUntil]).toEqual([undefined, undefined]);
      expect([on.active, on.epoch]).toEqual([1, 1]);
      await on.until(await on.begin(), 'done');
      expect([on.active, on.epoch]).toEqual([2, 2]);
    });

    it('that is only planned changes nothing', async () => {
      await running();
      const plan = sut.plan({ from: 1, by: 'api:key1', drainMs: 5_000 });
      expect(plan).toMatchObject({ from: 1, to: 2, kind: 'planned', state: 'wished', drainMs: 5_000 });
      await bench.clock.advance(1_000);
      expect([on.active, on.epoch, sut.list()]).toEqual([1, 1, []]);
    });
  });

  describe('is refused', () => {
    it.each([
      [{ from: 9 }, 'CORE_NOT_FOUND'],
      [{ to: 9 }, 'CORE_NOT_FOUND'],
      [{ from: 2, to: 1 }, 'CORE_NOT_ACTIVE'],
      [{ to: 1 }, 'CORE_NOT_READY'],
      [{ to: 1, forced: true, from: undefined }, 'CORE_NOT_READY'],
    ])('%j: %s', async (wish, code) => {
      await running();
      await expect(on.begin(wish)).rejects.toMatchObject({ code });
      expect([on.active, on.epoch, sut.list()]).toEqual([1, 1, []]);
    });

    it.each([
      ['maintenance', 'in maintenance'],
      ['stopped', 'stopped'],
      ['draining', 'not to be given new work'],
    ] as const)('to a core held in %s', async (kind, words) => {
      await running();
      await bench.registry.holds.set(2, kind, { by: 'api:key2', reason: 'mine' });
      await expect(on.begin()).rejects.toMatchObject({
        code: 'CORE_NOT_READY',
        message: `Core 2 is ${words} (by api:key2: mine), so it cannot take over. End that first.`,
      });
      await expect(on.begin({ to: undefined })).rejects.toMatchObject({ code: 'NO_STAND_IN' });
      expect(on.epoch).toBe(1);
    });

    it('where nobody else is ready', async () => {
      await running();
      await on.fall(2);
      await expect(on.begin({ to: undefined })).rejects.toMatchObject({ code: 'NO_STAND_IN' });
      await expect(on.begin()).rejects.toMatchObject({ code: 'CORE_NOT_READY' });
    });
  });
});
