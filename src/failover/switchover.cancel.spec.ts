import { CoreBench, type BenchOptions } from '../../test/support/core-bench';
import { SwitchoverBench } from '../../test/support/switchover-bench';
import { SwitchoverService } from './switchover.service';

describe(`${SwitchoverService.name}, looked back at`, () => {
  let on: SwitchoverBench;
  let bench: CoreBench;
  let sut: SwitchoverService;

  const running = async (options?: BenchOptions): Promise<void> => {
    on = await SwitchoverBench.running(options);
    bench = on.bench;
    sut = bench.switchovers;
  };
  afterEach(() => on.end());

  describe('taking one back', () => {
    it('goes back without breaking any answer, neither an old nor a new one', async () => {
      await running();
      const old = await on.ask('old');
      const operation = await on.begin({ drainMs: 3_000 });
      await on.until(operation, 'draining');
      const fresh = await on.ask('fresh');
      expect(await on.cancel(operation.id)).toMatchObject({
        state: 'cancelled',
        outcome: 'taken back by api:key9',
      });
      expect([on.active, on.epoch]).toEqual([1, 3]);
      // Past the time that was given for the old answers.
      for (const each of [old, fresh])
        expect(await on.finish(each)).toMatchObject({ outcome: 'complete', continued: 0, restarted: 0 });
      expect([bench.core(1).chats.length, bench.core(2).chats.length]).toEqual([1, 1]);
      expect((await bench.history.switches())[0]).toMatchObject({
        ...{ from: 2, to: 1, cause: 'taken back', by: 'api:key9' },
      });
    });

    it('changes nothing where nothing was changed yet', async () => {
      await running();
      on.unproven(2, 3_000);
      const operation = await on.begin();
      await bench.clock.advance(500);
      await on.cancel(operation.id);
      await bench.clock.advance(5_000);
      expect(operation).toMatchObject({ state: 'cancelled' });
      expect([on.active, on.epoch]).toEqual([1, 1]);
    });

    it('at the very moment of the commit leaves the cluster where it was', async () => {
      await running();
      const begun = sut.begin({ from: 1, to: 2, by: 'api:key1' });
      const operation = await begun;
      // The promotion stands in line already.
      expect(await on.cancel(operation.id)).toMatchObject({ state: 'cancelled' });
      await bench.clock.advance(1_000);
      expect(on.active).toBe(1);
    });

    it('is refused where the core that was left is well no longer, and the switch stands', async () => {
      await running();
      await on.ask('old');
      const operation = await on.begin();
      await on.until(operation, 'draining');
      bench.core(1).kill();
      await bench.timeUntil(() => bench.state(1) !== 'ready', 1_000);
      await expect(on.cancel(operation.id)).rejects.toMatchObject({ code: 'CORE_NOT_READY' });
      expect([on.active, on.epoch]).toEqual([2, 2]);
      await on.until(operation, 'done');
    });

    it('of one that is over, or unknown, is refused', async () => {
      await running();
      const operation = await on.begin();
      await on.until(operation, 'done');
      await expect(on.cancel(operation.id)).rejects.toMatchObject({
        code: 'OPERATION_OVER',
        message: expect.stringContaining(`Switchover ${operation.id} is over: done`),
      });
      await expect(on.cancel('nosuch')).rejects.toMatchObject({ code: 'OPERATION_NOT_FOUND' });
      expect(on.epoch).toBe(2);
    });

    it('twice at once does it once', async () => {
      await running();
      await on.ask('old');
      const operation = await on.begin();
      await on.until(operation, 'draining');
      const [first, second] = await Promise.allSettled([
        on.cancel(operation.id),
        sut.cancel(operation.id, 'x:y'),
      ]);
      expect([first?.status, second?.status]).toEqual(['fulfilled', 'rejected']);
      expect([on.active, on.epoch]).toEqual([1, 3]);
    });

    it('that cannot be written down leaves the new core active, and moves nobody', async () => {
      await running();
      const old = await on.ask('old');
      const operation = await on.begin({ drainMs: 1_000 });
      await on.until(operation, 'draining');
      on.diskFull();
      await expect(on.cancel(operation.id)).rejects.toThrow('disk is full');
      expect(operation).toMatchObject({ state: 'done', outcome: 'it could not be taken back: disk is full' });
      expect([on.active, on.epoch]).toEqual([2, 2]);
      expect(await on.finish(old)).toMatchObject({ outcome: 'complete', continued: 0 });
    });
  });

  it('remembers the last fifty, newest first', async () => {
    await running();
    for (let count = 0; count < 52; count++)
      await bench.during(sut.switchTo(count % 2 === 0 ? 2 : 1, 'api:key1'));
    expect(sut.list()).toHaveLength(50);
    expect(sut.list()[0]).toMatchObject({ from: 2, to: 1, epoch: 53 });
  });
});
