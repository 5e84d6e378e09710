import { Logger } from '@nestjs/common';
import { CoreBench } from '../../test/support/core-bench';
import { CLUSTER } from '../core-registry/holds';
import { Promoter } from './promoter';

const FAILED = { cause: 'core 1 is down', evidence: 'its process died (SIGKILL)' };
const WANTED = { cause: 'asked for', evidence: 'it generates', by: 'api:key1' };

describe(Promoter.name, () => {
  let bench: CoreBench;
  let sut: Promoter;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await CoreBench.unwatched({ cores: 3 });
    bench.noticeRoom.id = 'general';
    sut = bench.promoter;
  });
  afterEach(async () => {
    await bench.end();
    jest.restoreAllMocks();
    await bench.store.close();
  });

  const quarantine = (id: number): number => {
    const { since = 0, until = 0 } = bench.view(id).conditions.get('quarantined') ?? {};
    return until - since;
  };
  const failOver = (to: number) => sut.inTurn(() => sut.failOver(to, FAILED));
  const move = (to: number, by = 'api:key1') => sut.inTurn(() => sut.move(to, { ...WANTED, by }));

  it('decides one after another, in the order it was asked, a failure in between or not', async () => {
    const order: string[] = [];
    const decide = (name: string, fails = false) =>
      sut.inTurn(async () => {
        order.push(`${name} begins at epoch ${bench.registry.epoch}`);
        if (fails) throw new Error(name);
        await sut.move(bench.registry.active.id === 1 ? 2 : 1, WANTED);
      });
    const results = await Promise.allSettled([decide('a'), decide('b', true), decide('c')]);
    expect(order).toEqual(['a begins at epoch 1', 'b begins at epoch 2', 'c begins at epoch 2']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  describe('leaving a core that failed', () => {
    it('tells how long it took to see, and to act', async () => {
      bench.registry.setState(1, 'suspect', 'silent');
      await bench.clock.advance(3_000);
      bench.registry.setState(1, 'down', 'it took too long');
      await bench.clock.advance(40);
      expect(await failOver(2)).toMatchObject({ by: 'automatic', detectedMs: 3_000, switchedMs: 40 });
    });

    it('holds it down, twice as long each time in half an hour', async () => {
      const holds: number[] = [];
      for (const to of [2, 1, 2, 1, 2]) {
        const left = bench.registry.active.id;
        await failOver(to);
        holds.push(quarantine(left));
        await bench.clock.advance(60_000);
      }
      expect(holds).toEqual([30_000, 30_000, 60_000, 60_000, 120_000]);
    });

    it('lets the core it goes to out of quarantine', async () => {
      await bench.registry.holds.set(2, 'quarantined', { by: 'automatic', reason: 'left', forMs: 60_000 });
      await failOver(2);
      expect(bench.view(2).conditions.has('quarantined')).toBe(false);
    });

    it('is made although the disk takes nothing of what goes with it', async () => {
      jest.spyOn(bench.store, 'run').mockRejectedValue(new Error('disk is full'));
      await expect(failOver(2)).resolves.toMatchObject({ epoch: 2 });
      expect([bench.registry.active.id, sut.damping.switches(bench.clock.monotonic())]).toEqual([2, 1]);
      expect(quarantine(1)).toBe(30_000);
    });

    it('is not made where the switch itself cannot be written', async () => {
      jest.spyOn(bench.store, 'transaction').mockRejectedValueOnce(new Error('disk is full'));
      await expect(failOver(2)).rejects.toThrow('disk is full');
      expect([bench.registry.active.id, bench.registry.epoch, quarantine(1)]).toEqual([1, 1, 0]);
      expect(sut.damping.switches(bench.clock.monotonic())).toBe(0);
      expect(await bench.notices.due()).toEqual([]);
    });
  });

  it('writes the notice in the transaction of the switch', async () => {
    await failOver(2);
    expect((await bench.notices.due()).map(({ key, text }) => [key, text])).toEqual([
      ['switch:2:general', expect.stringContaining('because core 1 failed')],
    ]);
  });

  it.each([
    ['api:key1', 0, false],
    ['chat:ann', 0, false],
    ['rdzen:slow', 3, true],
  ])('a switch by %s leaves %i switches counted, and the brake on: %s', async (by, counted, braked) => {
    const now = bench.clock.monotonic();
    for (let count = 0; count < 3; count++) sut.damping.left(3, now);
    await bench.registry.holds.set(CLUSTER, 'pinned', { by: 'automatic', reason: 'too many' });
    await move(2, by);
    expect(sut.damping.switches(now)).toBe(counted);
    expect(bench.registry.cluster.has('pinned')).toBe(braked);
    expect(bench.view(1).conditions.has('quarantined')).toBe(false);
  });

  it('knows how long the last switch is ago', async () => {
    expect(sut.dwellMs).toBe(Infinity);
    await move(2);
    await bench.clock.advance(1_234);
    expect(sut.dwellMs).toBe(1_234);
  });

  it('takes up what the last run of the process knew: switches by failure, and when they were', async () => {
    await failOver(2);
    await bench.clock.advance(9 * 60_000);
    await move(3);
    await failOver(1);
    const next = new Promoter(bench.registry, bench.failoverNotices, bench.clock);
    await next.restore(bench.history);
    const now = bench.clock.monotonic();
    expect(next.damping.switches(now)).toBe(2);
    // The first one is ten minutes ago by then.
    expect(next.damping.switches(now + 61_000)).toBe(1);
    expect(next.damping.holdDownMs(3, now, 0)).toBe(30_000);
  });
});
