import { Logger } from '@nestjs/common';
import { CoreBench, type BenchOptions } from '../../test/support/core-bench';
import { Talk, words } from '../../test/support/talk';
import { VoluntaryMoves } from './voluntary-moves.service';

const NORMAL_GAP_MS = 20;
const MINUTE = 60_000;

describe(VoluntaryMoves.name, () => {
  let bench: CoreBench;
  let talk: Talk | undefined;
  let broken: string[];

  /** People have talked to core 1 for long enough to know its normal speed. */
  const running = async (options?: BenchOptions, preferred?: number): Promise<void> => {
    bench = await CoreBench.create(options);
    bench.settings.RDZEN_PREFERRED_CORE = preferred;
    bench.noticeRoom.id = 'general';
    for (const { id } of bench.registry.all())
      Object.assign(bench.core(id), { gapMs: NORMAL_GAP_MS, answer: words(60) });
    broken = [];
    bench.bus.on('generation.attempt-failed', ({ detail }) => void broken.push(detail));
    await bench.begin();
    await bench.clock.advance(12_000);
    talk = new Talk(bench);
    await bench.clock.advance(90_000);
    expect(bench.baselines.of(bench.view(1))).toBeCloseTo(50, 0);
  };
  const slow = (...ids: number[]): void => {
    for (const id of ids) bench.core(id).gapMs = NORMAL_GAP_MS * 10;
  };
  const well = (...ids: number[]): void => {
    for (const id of ids) bench.core(id).gapMs = NORMAL_GAP_MS;
  };
  const active = (): number => bench.registry.active.id;
  const notices = (): Promise<{ key: string; text: string }[]> =>
    bench.store.all('SELECT key, text FROM notices ORDER BY rowid');

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    well(...bench.registry.all().map(({ id }) => id));
    await talk?.stop();
    talk = undefined;
    await bench.end();
    expect(bench.clock.timers).toBe(0);
    expect(bench.registry.all().map(({ inFlight }) => inFlight)).toEqual(bench.registry.all().map(() => 0));
    await bench.store.close();
  });

  describe('an active core that becomes ten times as slow', () => {
    it('is left within 90 s by a planned switchover: what is being written is finished where it is', async () => {
      await running();
      for (const id of [1, 2]) bench.core(id).answer = words(100);
      slow(1);
      const begun = bench.clock.monotonic();
      const switched = await bench.timeUntil(() => active() === 2, 90_000);
      expect(bench.view(1).inFlight).toBe(1);
      expect(bench.registry.cluster.has('switching')).toBe(true);
      await bench.timeUntil(() => bench.view(1).inFlight === 0, 90_000 - switched);
      expect(bench.clock.monotonic() - begun).toBeLessThanOrEqual(90_000);
      await bench.clock.advance(5 * MINUTE);
      expect(broken).toEqual([]);
      expect(talk?.results.every(({ outcome }) => outcome === 'complete')).toBe(true);
      expect(await bench.history.switches()).toEqual([
        expect.objectContaining({
          ...{ epoch: 2, from: 1, to: 2 },
          by: 'rdzen:slow',
          cause: 'core 1 is slow',
          evidence: expect.stringMatching(/^it writes [45]\S* tokens a second; its normal is 50/),
        }),
      ]);
      expect(await notices()).toEqual([
        { key: 'switch:2:general', text: expect.stringContaining('core 1 has become slow') },
      ]);
      expect(bench.registry.holds.has(1, 'quarantined')).toBe(false);
    });

    it('is left for the one of two others that is fast', async () => {
      await running({ cores: 3 });
      slow(1, 2);
      await bench.timeUntil(() => active() !== 1, 90_000);
      expect(active()).toBe(3);
    });

    it('is not gone back to when it is well again', async () => {
      await running();
      slow(1);
      await bench.timeUntil(() => active() === 2, 90_000);
      well(1);
      await talk?.stop();
      await bench.timeUntil(() => !bench.registry.holds.has(1, 'degraded'), 2 * MINUTE);
      await bench.clock.advance(30 * MINUTE);
      expect(active()).toBe(2);
    });

    it('is left again no sooner than a minute after the last switch', async () => {
      await running();
      slow(1);
      await bench.timeUntil(() => active() === 2, 90_000);
      await bench.clock.advance(5_000);
      // Core 2 has a normal of its own by now; core 1 is the fast one then.
      await bench.clock.advance(40_000);
      well(1);
      slow(2);
      const switches = (): number => bench.registry.epoch - 1;
      await bench.timeUntil(() => switches() === 2, 3 * MINUTE);
      const [last, first] = await bench.history.switches();
      expect((last?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(MINUTE);
      expect(broken).toEqual([]);
    });
  });

  describe('cores that become slow together', () => {
    it('share a host that is busy: nobody moves, and the administrators are told once', async () => {
      await running();
      slow(1, 2);
      await bench.timeUntil(() => bench.registry.holds.has(1, 'degraded'), 60_000);
      await bench.clock.advance(20_000);
      expect(await notices()).toEqual([
        {
          key: expect.stringMatching(/^alert:slow:1:\d+$/),
          text: expect.stringMatching(
            /^🐢 Core 1 has become slow .*no other core is at least twice.*core 2: 5/,
          ),
        },
      ]);
      await bench.clock.advance(10 * MINUTE);
      expect(await notices()).toHaveLength(1);
      expect(active()).toBe(1);
      // It was measured, and not more often than its speed could have changed.
      const measured = bench.core(2).calls.flatMap((call) => (call.method === 'generate' ? [call] : []));
      const dozens = measured.filter(({ request }) => request.options?.num_predict === 12).length;
      expect(dozens).toBeGreaterThan(5);
      expect(dozens).toBeLessThanOrEqual(12);
    });

    it('are left once the other one is well', async () => {
      await running();
      slow(1, 2);
      await bench.timeUntil(() => bench.registry.holds.has(1, 'degraded'), 60_000);
      await bench.clock.advance(20_000);
      well(2);
      await bench.timeUntil(() => active() === 2, 70_000);
    });

    it('are told of anew when it happens again', async () => {
      await running();
      for (let time = 1; time <= 2; time++) {
        slow(1, 2);
        await bench.timeUntil(() => bench.registry.holds.has(1, 'degraded'), 60_000);
        await bench.clock.advance(20_000);
        expect(await notices()).toHaveLength(time);
        well(1, 2);
        await bench.timeUntil(() => !bench.registry.holds.has(1, 'degraded'), 20_000);
        await bench.clock.advance(30_000);
      }
    });
  });

  it.each(['paused', 'maintenance of the other'])('moves nobody while there is %s', async (what) => {
    await running();
    if (what === 'paused') await bench.control.pause(10 * MINUTE, { by: 'api:key1' });
    else await bench.control.beginMaintenance(2, 10 * MINUTE, { by: 'api:key1' });
    slow(1);
    await bench.clock.advance(5 * MINUTE);
    expect(bench.registry.holds.has(1, 'degraded')).toBe(true);
    expect(active()).toBe(1);
    if (what === 'paused') {
      await bench.control.resume({ by: 'api:key1' });
      await bench.timeUntil(() => active() === 2, 15_000);
    }
  });

  describe('the preferred core', () => {
    it('is gone back to ten minutes after it is ready again, once nobody is being answered', async () => {
      await running({}, 1);
      bench.core(1).kill();
      await bench.timeUntil(() => active() === 2, 3_000);
      bench.core(1).restart();
      await bench.timeUntil(() => bench.state(1) === 'ready', 5_000);
      // It was quarantined for leaving it; that is long over by then.
      await bench.clock.advance(9.5 * MINUTE);
      expect(active()).toBe(2);
      await talk?.stop();
      await bench.timeUntil(() => active() === 1, MINUTE);
      expect((await bench.history.switches())[0]).toMatchObject({
        by: 'rdzen:preferred',
        cause: 'core 1 is preferred',
      });
      expect((await notices()).at(-1)?.text).toContain('back to core 1, the preferred one');
      await bench.clock.advance(30 * MINUTE);
      expect(bench.registry.epoch).toBe(3);
    });

    it('is not gone back to while somebody is being answered', async () => {
      await running({ numPredict: 60_000 }, 2);
      bench.core(1).answer = words(60_000);
      await bench.clock.advance(15 * MINUTE);
      expect(bench.view(1).inFlight).toBe(1);
      expect(active()).toBe(1);
      bench.core(1).gapMs = 0;
      await talk?.stop();
      await bench.timeUntil(() => active() === 2, 5_000);
    });
  });
});
