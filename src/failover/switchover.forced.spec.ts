import { CoreBench, type BenchOptions } from '../../test/support/core-bench';
import { SwitchoverBench } from '../../test/support/switchover-bench';
import { SwitchoverService } from './switchover.service';

describe(`${SwitchoverService.name}, by force and at once`, () => {
  let on: SwitchoverBench;
  let bench: CoreBench;
  let sut: SwitchoverService;

  const running = async (options?: BenchOptions): Promise<void> => {
    on = await SwitchoverBench.running(options);
    bench = on.bench;
    sut = bench.switchovers;
  };
  afterEach(() => on.end());

  describe('a forced one', () => {
    it('goes to a core that is not proven, and moves the answers at once', async () => {
      await running();
      const old = await on.ask('old');
      bench.registry.setState(2, 'warming', 'not proven');
      const operation = await on.force(2);
      expect(operation).toMatchObject({ kind: 'forced', from: 1, to: 2, epoch: 2, state: 'done' });
      expect(operation.outcome).toBe('answers that had to move: 1');
      expect(await on.finish(old)).toMatchObject({ outcome: 'complete', attempt: { coreId: 2, epoch: 2 } });
      expect((await bench.history.switches())[0]).toMatchObject({ cause: 'forced', by: 'api:key1' });
    });

    it('breaks no answer off that nobody else could take up', async () => {
      await running();
      await bench.during(bench.control.pause(600_000, { by: 'api:key1' }));
      const old = await on.ask('old');
      bench.registry.setState(2, 'down', 'its process died (SIGKILL)');
      const operation = await on.force(2);
      expect(operation.outcome).toBe(
        'answers stay where they are being written: no other core can take them',
      );
      expect(await on.finish(old)).toMatchObject({ outcome: 'complete', continued: 0, restarted: 0 });
    });

    it('works where every core is down', async () => {
      await running();
      for (const id of [2, 1]) await on.fall(id);
      await on.force(2);
      expect([on.active, on.epoch]).toEqual([2, 2]);
    });

    it('takes the place of a planned one, which is told so', async () => {
      await running({ cores: 3 });
      const old = await on.ask('old');
      const planned = await on.begin();
      await on.until(planned, 'draining');
      const forced = await on.force(3);
      expect(planned).toMatchObject({ state: 'overtaken', outcome: 'a forced switch took its place' });
      expect(forced).toMatchObject({ from: 2, to: 3, epoch: 3 });
      expect(await on.finish(old)).toMatchObject({ outcome: 'complete', continued: 0 });
    });

    it('and another at the same moment come one after the other, and none is lost', async () => {
      await running({ cores: 3 });
      const both = await bench.during(
        Promise.all([
          sut.begin({ to: 2, forced: true, by: 'api:key1' }),
          sut.begin({ to: 3, forced: true, by: 'api:key2' }),
        ]),
      );
      await bench.clock.advance(100);
      expect(both.map(({ from, to, epoch: under }) => [from, to, under])).toEqual([
        [1, 2, 2],
        [2, 3, 3],
      ]);
      expect(sut.list()).toHaveLength(2);
      expect([on.active, sut.running]).toEqual([3, undefined]);
    });

    it('to a core that gets no new work ends that', async () => {
      await running();
      await bench.registry.holds.set(2, 'draining', { by: 'api:key2', reason: 'spare it' });
      await on.force(2);
      expect(bench.view(2).conditions.has('draining')).toBe(false);
    });

    it.each(['maintenance', 'stopped'] as const)('to a core held in %s is refused', async (kind) => {
      await running();
      await bench.registry.holds.set(2, kind, { by: 'api:key2', reason: 'mine' });
      await expect(on.force(2)).rejects.toMatchObject({ code: 'CORE_NOT_READY' });
      expect(on.epoch).toBe(1);
    });

    it('that cannot be written down is told to the one who asked', async () => {
      await running();
      on.diskFull();
      await expect(on.force(2)).rejects.toThrow('disk is full');
      expect(sut.list()).toMatchObject([{ state: 'failed', outcome: 'disk is full' }]);
      expect([on.active, on.epoch]).toEqual([1, 1]);
    });
  });

  describe('switchTo', () => {
    it('tells the one who asked when a failure came first', async () => {
      await running({ cores: 3 });
      const ignore = bench.bus.on('hold.set', ({ hold }) => {
        if (hold.kind !== 'switching') return;
        ignore();
        const why = { cause: 'core 1 is down', evidence: 'its process died (SIGKILL)' };
        void bench.promoter.inTurn(() => bench.promoter.failOver(3, why));
      });
      await expect(bench.during(sut.switchTo(2, 'chat:ann'))).rejects.toMatchObject({
        code: 'OPERATION_OVER',
        message: expect.stringContaining('overtaken (epoch 2 came in between)'),
      });
      expect([on.active, on.epoch]).toEqual([3, 2]);
    });

    it('waits for no answer, and is refused while an earlier one still drains', async () => {
      await running();
      await on.ask('old');
      const made = await bench.during(sut.switchTo(2, 'chat:ann'), 100);
      expect(made).toMatchObject({ from: 1, to: 2, by: 'chat:ann' });
      expect(sut.running).toMatchObject({ state: 'draining', drainMs: 30_000 });
      await expect(bench.during(sut.switchTo(1, 'chat:ann'))).rejects.toMatchObject({
        code: 'OPERATION_RUNNING',
      });
      expect(await bench.during(sut.switchTo(2, 'chat:ann'))).toBeUndefined();
    });

    it('that fails leaves room for the next in line', async () => {
      await running({ cores: 3 });
      on.diskFull();
      const both = await bench.during(
        Promise.allSettled([sut.switchTo(2, 'chat:ann'), sut.switchTo(3, 'chat:ben')]),
      );
      expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
      expect([on.active, on.epoch]).toEqual([3, 2]);
    });
  });

  describe('takeOut', () => {
    const nothing = jest.fn(() => Promise.resolve('done'));
    beforeEach(() => nothing.mockClear());

    it('does it at once to a core that is not active', async () => {
      await running();
      expect(await bench.during(sut.takeOut(2, { by: 'api:key1' }, nothing))).toBe('done');
      expect(on.epoch).toBe(1);
    });

    it('does it to the active one when another is', async () => {
      await running();
      nothing.mockImplementationOnce(() => Promise.resolve(String(on.active)));
      expect(await bench.during(sut.takeOut(1, { by: 'api:key1' }, nothing))).toBe('2');
    });

    it('does not do it to the only core that can answer, though another one is called active', async () => {
      await running();
      await bench.during(bench.control.pause(600_000, { by: 'api:key1' }));
      await on.fall(1);
      await expect(bench.during(sut.takeOut(2, { by: 'api:key1' }, nothing))).rejects.toMatchObject({
        code: 'NO_STAND_IN',
      });
      expect(nothing).not.toHaveBeenCalled();
      expect(on.epoch).toBe(1);
    });

    it('does not do it where work has come back by then', async () => {
      await running();
      const promote = bench.registry.promote.bind(bench.registry);
      // The moment the other core is active it dies, and the failover stands first in line.
      jest.spyOn(bench.registry, 'promote').mockImplementationOnce(async (...given) => {
        const made = await promote(...given);
        bench.core(2).kill();
        bench.registry.setState(2, 'down', 'its process died (SIGKILL)');
        return made;
      });
      await expect(bench.during(sut.takeOut(1, { by: 'api:key1' }, nothing))).rejects.toMatchObject({
        code: 'NO_STAND_IN',
      });
      expect(nothing).not.toHaveBeenCalled();
      expect([on.active, on.epoch]).toEqual([1, 3]);
    });
  });
});
