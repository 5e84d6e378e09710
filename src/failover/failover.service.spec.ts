import { Logger } from '@nestjs/common';
import { CoreBench, type BenchOptions } from '../../test/support/core-bench';
import { FailoverService } from './failover.service';

describe(FailoverService.name, () => {
  let bench: CoreBench;

  const running = async (options?: BenchOptions): Promise<void> => {
    bench = await CoreBench.running(options);
    bench.noticeRoom.id = 'general';
  };
  const active = (): number => bench.registry.active.id;

  /** The standby dies first, so that there is nowhere to go when the active one follows. */
  const blackout = async (): Promise<void> => {
    await running();
    for (const id of [2, 1]) {
      bench.core(id).kill();
      await bench.timeUntil(() => bench.state(id) === 'down', 3_000);
    }
    expect(bench.registry.pick()).toBeUndefined();
  };

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    for (const { id } of bench.registry.all()) bench.core(id).resume();
    await bench.end();
    expect(bench.clock.timers).toBe(0);
    await bench.store.close();
  });

  describe('a crash of the active core', () => {
    it('is left within 2 s, once, with a history row that tells why', async () => {
      await running();
      bench.core(1).kill();
      expect(await bench.timeUntil(() => active() === 2, 3_000)).toBeLessThanOrEqual(2_000);
      await bench.clock.advance(30_000);
      expect(bench.registry.epoch).toBe(2);
      expect(await bench.history.switches()).toEqual([
        {
          epoch: 2,
          from: 1,
          to: 2,
          at: expect.any(Number),
          detectedMs: expect.any(Number),
          switchedMs: expect.any(Number),
          cause: 'core 1 is down',
          evidence: expect.stringContaining('ECONNREFUSED'),
          by: 'automatic',
        },
      ]);
      expect(bench.view(2).role).toBe('active');
      expect(bench.view(1).role).toBe('standby');
    });

    it('that broke an answer, or that the engine tells of, is left at once', async () => {
      await running({ engine: true });
      bench.core(1).kill();
      bench.engine.tell({ type: 'died', name: 'core1', at: 0, signal: 'SIGKILL', lastOutput: [] });
      await bench.clock.advance(0);
      expect(active()).toBe(2);
      expect((await bench.history.switches())[0]).toMatchObject({ evidence: 'its process died (SIGKILL)' });
    });

    it('that comes back is not gone back to', async () => {
      await running();
      bench.core(1).kill();
      await bench.timeUntil(() => active() === 2, 3_000);
      bench.core(1).restart();
      await bench.timeUntil(() => bench.state(1) === 'ready', 5_000);
      await bench.clock.advance(120_000);
      expect(active()).toBe(2);
      expect(bench.registry.epoch).toBe(2);
    });

    it('is followed by a switch back when the other dies later', async () => {
      await running();
      bench.core(1).kill();
      await bench.timeUntil(() => active() === 2, 3_000);
      bench.core(1).restart();
      await bench.timeUntil(() => bench.state(1) === 'ready', 5_000);
      bench.core(2).kill();
      await bench.timeUntil(() => active() === 1, 3_000);
      expect((await bench.history.switches()).map(({ epoch, to }) => [epoch, to])).toEqual([
        [3, 1],
        [2, 2],
      ]);
    });
  });

  it('leaves a core that hangs in silence within 6 s', async () => {
    await running();
    bench.core(1).freeze();
    expect(await bench.timeUntil(() => active() === 2, 7_000)).toBeLessThanOrEqual(6_000);
    expect(bench.registry.epoch).toBe(2);
  });

  it('takes the candidate that is ready and failed least', async () => {
    await running({ cores: 3 });
    bench.core(2).kill();
    await bench.timeUntil(() => bench.state(2) === 'down', 3_000);
    bench.core(2).restart();
    await bench.timeUntil(() => bench.state(2) === 'ready', 5_000);
    bench.core(1).kill();
    await bench.timeUntil(() => active() !== 1, 3_000);
    expect(active()).toBe(3);
    // Half an hour later the old failure is forgotten: the lower id goes first again.
    bench.core(1).restart();
    await bench.clock.advance(31 * 60_000);
    bench.core(3).kill();
    await bench.timeUntil(() => active() !== 3, 3_000);
    expect(active()).toBe(1);
  });

  it('promotes nobody where nobody is fit, and the first that is once one comes', async () => {
    await blackout();
    await bench.clock.advance(20_000);
    expect(bench.registry.epoch).toBe(1);
    bench.core(2).restart();
    await bench.timeUntil(() => active() === 2, 4_000);
    expect(bench.registry.epoch).toBe(2);
  });

  it('does not move when the active core alone comes back from a blackout', async () => {
    await blackout();
    bench.core(1).restart();
    await bench.timeUntil(() => bench.state(1) === 'ready', 5_000);
    await bench.clock.advance(2_000);
    expect(active()).toBe(1);
    expect(bench.registry.epoch).toBe(1);
  });

  describe('the start-up grace', () => {
    it('gives an active core that is slower to start than we are 10 s', async () => {
      bench = await CoreBench.create();
      bench.core(1).up = false;
      await bench.begin();
      await bench.clock.advance(9_000);
      expect(bench.state(1)).toBe('down');
      expect(active()).toBe(1);
      expect(await bench.timeUntil(() => active() === 2, 3_000)).toBeLessThan(2_100);
    });

    it('does not hold where the engine says that its process ended', async () => {
      bench = await CoreBench.create({ engine: true });
      bench.engine.infos.set('core1', { state: 'exited' });
      bench.core(1).up = false;
      await bench.begin();
      expect(await bench.timeUntil(() => active() === 2, 4_000)).toBeLessThan(2_500);
    });

    it('does not hold for a core that was ready already', async () => {
      bench = await CoreBench.create();
      await bench.begin();
      await bench.timeUntil(() => bench.state(1) === 'ready' && bench.state(2) === 'ready', 5_000);
      bench.core(1).kill();
      expect(await bench.timeUntil(() => active() === 2, 3_000)).toBeLessThan(2_000);
      expect(bench.clock.monotonic()).toBeLessThan(10_000);
    });

    it('is not cut short by a wall clock that jumps', async () => {
      bench = await CoreBench.create({ engine: true });
      bench.engine.infos.set('core1', { state: 'running' });
      bench.core(1).up = false;
      await bench.begin();
      await bench.clock.advance(3_000);
      bench.clock.jumpWall(3_600_000);
      await bench.clock.advance(5_000);
      expect(active()).toBe(1);
    });
  });

  describe('switchTo', () => {
    it('moves to a ready core and says who asked', async () => {
      await running();
      const made = await bench.during(bench.switchovers.switchTo(2, 'api:key1'));
      expect(made).toMatchObject({ epoch: 2, from: 1, to: 2, cause: 'asked for', by: 'api:key1' });
      expect(active()).toBe(2);
    });

    it('changes nothing where the core is active already', async () => {
      await running();
      expect(await bench.during(bench.switchovers.switchTo(1, 'api:key1'))).toBeUndefined();
      expect(bench.registry.epoch).toBe(1);
    });

    it('refuses a core that does not exist or is not ready', async () => {
      await running();
      await expect(bench.during(bench.switchovers.switchTo(9, 'x'))).rejects.toMatchObject({
        code: 'CORE_NOT_FOUND',
      });
      bench.core(2).kill();
      await bench.timeUntil(() => bench.state(2) === 'down', 3_000);
      await expect(bench.during(bench.switchovers.switchTo(2, 'x'))).rejects.toMatchObject({
        code: 'CORE_NOT_READY',
        message: expect.stringContaining('Core 2 is down'),
      });
      expect(bench.registry.epoch).toBe(1);
    });

    it('is serialised: two at once are two switches, not a torn one', async () => {
      await running({ cores: 3 });
      const both = await bench.during(
        Promise.all([bench.switchovers.switchTo(2, 'a'), bench.switchovers.switchTo(3, 'b')]),
      );
      expect(both.map((each) => each?.epoch)).toEqual([2, 3]);
      expect(active()).toBe(3);
    });
  });
});
