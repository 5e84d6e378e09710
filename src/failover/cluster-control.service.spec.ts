import type { CoreBench, BenchOptions } from '../../test/support/core-bench';
import { SwitchoverBench } from '../../test/support/switchover-bench';
import { CLUSTER } from '../core-registry/holds';
import { ClusterControl } from './cluster-control.service';

const HOUR = 3_600_000;
const order = { by: 'api:key1', reason: 'dusting' };

describe(ClusterControl.name, () => {
  let on: SwitchoverBench;
  let bench: CoreBench;
  let sut: ClusterControl;
  /** What the engine was told, in order. */
  let told: string[];

  const running = async (options: BenchOptions = {}): Promise<void> => {
    on = await SwitchoverBench.running({ engine: true, ...options });
    bench = on.bench;
    sut = bench.control;
    told = [];
    for (const { id } of bench.registry.all()) bench.engine.infos.set(`core${id}`, { state: 'running' });
    Object.assign(bench.engine, {
      stop: async (name: string) => {
        told.push(`stop ${name}, in flight ${bench.view(Number(name.slice(-1))).inFlight}`);
        bench.engine.infos.set(name, { state: 'stopped' });
        bench.core(Number(name.slice(-1))).kill();
        bench.engine.tell({ type: 'stopped', name, at: bench.clock.now() });
      },
      restart: async (name: string) => {
        told.push(`restart ${name}`);
        bench.core(Number(name.slice(-1))).restart();
        bench.engine.tell({ type: 'started', name, at: bench.clock.now() });
      },
    });
  };
  const conditions = (id: number): string[] => [...bench.view(id).conditions.keys()];
  const history = async (): Promise<string[]> =>
    (await bench.history.states(200))
      .filter(({ from, to }) => /^[+-]/.test(from + to))
      .map(({ core, from, to, cause, evidence }) => `${core} ${from}${to} ${cause} (${evidence})`)
      .reverse();
  afterEach(() => on.end());

  describe('a pause', () => {
    it('keeps the active core what it is though it is dead, while another one answers', async () => {
      await running();
      await bench.during(sut.pause(HOUR, order));
      await on.fall(1);
      const answering = await on.ask();
      expect(await on.finish(answering)).toMatchObject({
        outcome: 'complete',
        attempt: { coreId: 2, epoch: 1 },
      });
      await bench.clock.advance(60_000);
      expect([on.active, on.epoch]).toEqual([1, 1]);
    });

    it('ends by itself, and what had to wait is done then', async () => {
      await running();
      await bench.during(sut.pause(60_000, order));
      await on.fall(1);
      await bench.clock.advance(50_000);
      expect(on.epoch).toBe(1);
      expect(await bench.timeUntil(() => on.active === 2, 15_000)).toBeLessThan(11_000);
      expect(bench.registry.cluster.has('paused')).toBe(false);
      expect(await history()).toEqual([
        '0 +paused api:key1 (dusting)',
        '0 -paused automatic (its time is over)',
        expect.stringMatching(/^1 \+quarantined automatic/),
      ]);
    });

    it('is replaced by a second one, and ended by a word', async () => {
      await running();
      await bench.during(sut.pause(60_000, order));
      await bench.during(sut.pause(HOUR, { by: 'chat:ann' }));
      await bench.clock.advance(120_000);
      expect(bench.registry.cluster.get('paused')).toMatchObject({ by: 'chat:ann', reason: 'asked for' });
      expect(await bench.during(sut.resume(order))).toBe(true);
      expect(await bench.during(sut.resume(order))).toBe(false);
    });

    it('hinders nobody who switches by hand', async () => {
      await running();
      await bench.during(sut.pause(HOUR, order));
      await bench.during(bench.switchovers.switchTo(2, 'chat:ann'));
      expect(on.active).toBe(2);
    });
  });

  it('resume ends the brake after too many switches, and they count no longer', async () => {
    await running();
    const now = bench.clock.monotonic();
    for (let count = 0; count < 3; count++) bench.promoter.damping.left(2, now);
    await on.fall(1);
    expect([on.active, [...bench.registry.cluster.keys()]]).toEqual([1, ['pinned']]);
    expect(await bench.during(sut.resume(order))).toBe(true);
    await bench.clock.advance(1_100);
    expect([on.active, [...bench.registry.cluster.keys()]]).toEqual([2, []]);
  });

  describe.each([
    ['maintenance', (id: number) => sut.beginMaintenance(id, HOUR, order)],
    ['draining', (id: number) => sut.drain(id, order)],
  ] as const)('%s', (kind, lay) => {
    it('of the active core has another one take over first, and breaks no answer', async () => {
      await running();
      const old = await on.ask();
      await bench.during(lay(1));
      expect([on.active, on.epoch, conditions(1)]).toEqual([2, 2, [kind]]);
      expect(bench.core(1).chats).toHaveLength(1);
      expect(await on.finish(old)).toMatchObject({ outcome: 'complete', continued: 0, restarted: 0 });
      expect((await bench.history.switches())[0]).toMatchObject({ cause: 'dusting', by: 'api:key1' });
    });

    it('of a standby switches nothing', async () => {
      await running();
      await bench.during(lay(2));
      expect([on.epoch, conditions(2)]).toEqual([1, [kind]]);
    });

    it('is refused, and nothing changes, where there is no stand-in', async () => {
      await running();
      await on.fall(2);
      await expect(bench.during(lay(1))).rejects.toMatchObject({
        code: 'NO_STAND_IN',
        message: expect.stringContaining('Core 1 cannot be spared'),
      });
      expect([on.active, on.epoch, conditions(1)]).toEqual([1, 1, []]);
    });

    it('is refused of an unknown core, and while a switch is going on', async () => {
      await running();
      await expect(bench.during(lay(9))).rejects.toMatchObject({ code: 'CORE_NOT_FOUND' });
      await on.ask();
      await on.until(await on.begin(), 'draining');
      await expect(bench.during(lay(2))).rejects.toMatchObject({ code: 'OPERATION_RUNNING' });
      expect([on.active, conditions(2)]).toEqual([2, []]);
    });
  });

  it('maintenance ends by itself, a drain does not', async () => {
    await running({ cores: 3 });
    await bench.during(sut.beginMaintenance(2, 60_000, order));
    await bench.during(sut.drain(3, order));
    await bench.clock.advance(62_000);
    expect([conditions(2), conditions(3)]).toEqual([[], ['draining']]);
    expect(await bench.during(sut.undrain(3, order))).toBe(true);
    expect(await bench.during(sut.undrain(3, order))).toBe(false);
    expect(await bench.during(sut.endMaintenance(2, order))).toBe(false);
    expect(await history()).toEqual([
      '2 +maintenance api:key1 (dusting)',
      '3 +draining api:key1 (dusting)',
      '2 -maintenance automatic (its time is over)',
      '3 -draining api:key1 (dusting)',
    ]);
  });

  it('a core in maintenance gets no work, not even when no other is left', async () => {
    await running();
    await bench.during(sut.beginMaintenance(2, HOUR, order));
    await on.fall(1);
    const waiting = await on.ask();
    await bench.clock.advance(30_000);
    expect([on.active, on.epoch, bench.core(2).chats.length]).toEqual([1, 1, 0]);
    await bench.during(sut.endMaintenance(2, order));
    expect(await on.finish(waiting)).toMatchObject({ outcome: 'complete', attempt: { coreId: 2 } });
    expect(on.active).toBe(2);
  });

  it('a core that is drained gets work only when no other is left', async () => {
    await running();
    await bench.during(sut.drain(1, order));
    expect(await on.finish(await on.ask())).toMatchObject({ attempt: { coreId: 2 } });
    await on.fall(2);
    expect(await on.finish(await on.ask())).toMatchObject({ attempt: { coreId: 1 } });
  });

  describe('a stop', () => {
    it('waits for the answers that are being written there, and then ends the process', async () => {
      await running();
      const old = await on.ask();
      const stopping = sut.stop(1, order);
      await bench.clock.advance(1_000);
      expect([on.active, conditions(1), told]).toEqual([2, ['stopped'], []]);
      expect(await on.finish(old)).toMatchObject({ outcome: 'complete', continued: 0, restarted: 0 });
      await bench.during(stopping);
      expect(told).toEqual(['stop core1, in flight 0']);
      await bench.clock.advance(60_000);
      expect([bench.state(1), conditions(1)]).toEqual(['down', ['stopped']]);
    });

    it('moves on what is not finished in time', async () => {
      await running();
      const old = await on.ask();
      await bench.during(sut.stop(1, order, 1_000));
      expect(told).toHaveLength(1);
      expect(await on.finish(old)).toMatchObject({ outcome: 'complete', continued: 1, restarted: 0 });
    });

    it('is taken back by a start while it waits', async () => {
      await running();
      await on.ask();
      const stopping = sut.stop(1, order);
      await bench.clock.advance(1_000);
      expect(await bench.during(sut.start(1, order))).toBe(true);
      await bench.during(stopping);
      expect([told, conditions(1)]).toEqual([[], []]);
    });

    it('is ended by a start, which runs the process again', async () => {
      await running();
      await bench.during(sut.stop(2, order));
      expect(await bench.during(sut.start(2, order))).toBe(true);
      expect(told).toEqual(['stop core2, in flight 0', 'restart core2']);
      await bench.timeUntil(() => bench.state(2) === 'ready', 10_000);
      expect(conditions(2)).toEqual([]);
      bench.engine.infos.set('core2', { state: 'running' });
      expect(await bench.during(sut.start(2, order))).toBe(false);
      expect(told).toHaveLength(2);
    });

    it('is remembered before the process ends', async () => {
      await running();
      const rows: unknown[] = [];
      const stop = bench.engine as unknown as { stop(name: string): Promise<void> };
      const end = stop.stop.bind(stop);
      stop.stop = async (name) => {
        rows.push(...(await bench.store.all('SELECT subject, kind FROM holds')));
        await end(name);
      };
      await bench.during(sut.stop(2, order));
      expect(rows).toEqual([{ subject: 2, kind: 'stopped' }]);
    });

    it('is refused, and nothing changes, where there is no stand-in', async () => {
      await running();
      await on.fall(2);
      await expect(bench.during(sut.stop(1, order))).rejects.toMatchObject({ code: 'NO_STAND_IN' });
      expect([told, conditions(1), on.epoch]).toEqual([[], [], 1]);
    });

    it('and a start of a core that others run are refused; what is left of an old stop can be lifted', async () => {
      await running({ engine: false });
      for (const act of [() => sut.stop(2, order), () => sut.start(2, order)])
        await expect(bench.during<unknown>(act())).rejects.toMatchObject({
          code: 'CORE_NOT_OURS',
          message: expect.stringContaining('Core 2 is external'),
        });
      expect([told, conditions(2), bench.registry.holds.of(CLUSTER).size]).toEqual([[], [], 0]);
      await bench.registry.holds.set(2, 'stopped', order);
      expect(await bench.during(sut.start(2, order))).toBe(true);
      expect([told, conditions(2)]).toEqual([[], []]);
    });
  });
});
