import { Logger } from '@nestjs/common';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { CoreHistory } from './core-history';
import { CoreRegistry } from './core-registry';
import { CLUSTER } from './holds';

const DAY = 86_400_000;
const WHY = { cause: 'core 1 is down', evidence: 'e', by: 'automatic' };

describe(CoreHistory.name, () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let bus: EventBus;
  let registry: CoreRegistry;
  let sut: CoreHistory;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    bus = new EventBus();
    registry = new CoreRegistry(store, bus, clock);
    sut = new CoreHistory(store, registry, bus, clock);
    await registry.open(
      [1, 2].map((id) => ({ id, kind: 'ollama', url: `http://core${id}`, host: 'h', slots: 1 })),
      1,
    );
    sut.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await sut.stop();
    expect(bus.failures).toBe(0);
    await store.close();
  });

  const ready = (id: number): void => {
    registry.setState(id, 'warming', 'it answers');
    registry.setState(id, 'ready', 'it generates');
  };
  const wait = async (coreId: number, epoch: number, waitedMs: number): Promise<void> => {
    bus.emit('core.waited-for', { coreId, epoch, waitedMs });
    await clock.advance(0);
  };

  it('tells every change of state with the rule behind it, newest first, of one core or of all', async () => {
    ready(1);
    await clock.advance(1_000);
    registry.setState(2, 'down', 'connect ECONNREFUSED');
    await clock.advance(0);
    expect(await sut.states(2)).toEqual([
      {
        ...{ at: clock.now(), core: 2, epoch: 1, from: 'unknown', to: 'down' },
        ...{ cause: 'it does not answer', evidence: 'connect ECONNREFUSED' },
      },
      expect.objectContaining({ core: 1, from: 'warming', to: 'ready', cause: 'it generated' }),
    ]);
    expect((await sut.states(50, 0, 1)).map(({ to }) => to)).toEqual(['ready', 'warming']);
    expect((await sut.states(50, clock.now())).map(({ core }) => core)).toEqual([2]);
  });

  it('tells conditions set and lifted, by whom and why', async () => {
    await registry.holds.set(2, 'draining', { by: 'api:key1', reason: 'new card' });
    await registry.holds.lift(2, 'draining', 'chat:ann', 'done');
    await registry.holds.set(CLUSTER, 'paused', { by: 'api:key1', reason: 'upgrade', forMs: 1_000 });
    await clock.advance(0);
    expect(
      (await sut.states()).map(({ core, from, to, cause, evidence }) => [core, from, to, cause, evidence]),
    ).toEqual([
      [0, '', '+paused', 'api:key1', 'upgrade'],
      [2, '-draining', '', 'chat:ann', 'done'],
      [2, '', '+draining', 'api:key1', 'new card'],
    ]);
  });

  it('keeps what the disk refuses, in order, and writes it when the disk takes it again', async () => {
    const write = jest.spyOn(store, 'run').mockRejectedValue(new Error('disk is full'));
    ready(1);
    await clock.advance(12_000);
    expect(await sut.states()).toEqual([]);
    write.mockRestore();
    await clock.advance(5_000);
    expect((await sut.states()).map(({ to }) => to)).toEqual(['ready', 'warming']);
    expect(clock.timers).toBe(0);
  });

  it('stops although the disk still refuses, and writes what it can', async () => {
    jest.spyOn(store, 'run').mockRejectedValue(new Error('disk is full'));
    ready(1);
    await clock.advance(0);
    await sut.stop();
    expect(clock.timers).toBe(0);
    jest.restoreAllMocks();
    registry.setState(1, 'down', 'unheard of');
    await clock.advance(0);
    expect(await sut.states()).toEqual([]);
  });

  describe('how long a question stood still', () => {
    beforeEach(async () => {
      ready(1);
      registry.setState(1, 'down', 'its process died');
      await registry.promote(2, WHY);
      await clock.advance(0);
    });
    const worse = async (core: number): Promise<(number | undefined)[]> =>
      (await sut.states(50, 0, core)).filter(({ to }) => to === 'down').map(({ waitedMs }) => waitedMs);

    it('stands with the switch and with the fall of the core; the longest counts', async () => {
      for (const ms of [80.4, 1_200.6, 300]) await wait(1, 1, ms);
      expect((await sut.switches())[0]).toMatchObject({ epoch: 2, waitedMs: 1_201 });
      expect(await worse(1)).toEqual([1_201]);
      expect(await sut.waits(0)).toEqual([1_201]);
      expect(await sut.waits(clock.now() + 1)).toEqual([]);
    });

    it('is not laid to a switch that left another core, or one before it', async () => {
      await wait(2, 2, 500);
      expect((await sut.switches())[0]?.waitedMs).toBeUndefined();
      await registry.promote(1, WHY);
      await wait(2, 2, 700);
      expect((await sut.switches()).map(({ epoch, waitedMs }) => [epoch, waitedMs])).toEqual([
        [3, 700],
        [2, undefined],
      ]);
    });

    it('is not laid to a fall of long ago, where the core was well and had to be left', async () => {
      registry.setState(1, 'ready', 'it generates');
      await registry.promote(1, WHY);
      await registry.promote(2, { ...WHY, by: 'api:key1' });
      await wait(1, 3, 900);
      expect((await sut.switches())[0]).toMatchObject({ epoch: 4, waitedMs: 900 });
      expect(await worse(1)).toEqual([undefined]);
    });
  });

  describe('a death that the engine tells of', () => {
    const died = async (coreId: number): Promise<void> => {
      registry.report({ coreId, kind: 'died', detail: 'its process died (SIGKILL)' });
      await clock.advance(0);
    };
    const evidence = async (): Promise<string[]> => (await sut.switches()).map((made) => made.evidence);

    it('just after the switch it led to stands with that switch, once', async () => {
      await registry.promote(2, { ...WHY, evidence: 'connect ECONNREFUSED' });
      await clock.advance(30);
      await died(1);
      await died(1);
      expect(await evidence()).toEqual(['connect ECONNREFUSED; its process died (SIGKILL)']);
    });

    it('of another core, long after, or after a switch by hand stands with none', async () => {
      await registry.promote(2, { ...WHY, by: 'api:key1' });
      await died(1);
      await registry.promote(1, WHY);
      await died(1);
      await clock.advance(5_001);
      await died(2);
      expect(await evidence()).toEqual(['e', 'e']);
    });
  });

  describe('the course of things', () => {
    const note = (to: string, from = 'x'): void => sut.noteCluster(from, to, 'c', 'e');
    const slow = (id: number) => registry.holds.set(id, 'degraded', { by: 'automatic', reason: 'slow' });
    const course = async (since: number): Promise<string[]> =>
      (await sut.course(since)).map(({ core, from, to }) => `${core} ${from}>${to}`);

    it('begins with the last word before the time asked for, of the cluster and of each core', async () => {
      note('BLACKOUT', '');
      note('NORMAL', 'BLACKOUT');
      await slow(1);
      await slow(2);
      await registry.holds.lift(2, 'degraded', 'automatic', 'well again');
      await clock.advance(DAY);
      const since = clock.now();
      registry.setState(2, 'down', 'dead');
      note('SINGLE', 'NORMAL');
      await registry.holds.lift(1, 'degraded', 'automatic', 'well again');
      await clock.advance(0);
      expect(await course(since)).toEqual([
        '0 BLACKOUT>NORMAL',
        '1 >+degraded',
        '2 -degraded>',
        '0 NORMAL>SINGLE',
        '1 -degraded>',
      ]);
      expect(await sut.firstKnownAt()).toBe(since - DAY);
    });

    it('outlives the forgetting, as far as it goes on', async () => {
      note('BLACKOUT', '');
      note('SINGLE', 'BLACKOUT');
      ready(1);
      await slow(1);
      await clock.advance(91 * DAY);
      await sut.prune();
      expect((await sut.states()).map(({ to }) => to)).toEqual(['+degraded', 'SINGLE']);
      note('NORMAL', 'SINGLE');
      await clock.advance(0);
      expect(await course(clock.now() - DAY)).toEqual([
        '0 BLACKOUT>SINGLE',
        '1 >+degraded',
        '0 SINGLE>NORMAL',
      ]);
    });

    it('is unknown where nothing ever happened', async () => {
      expect([await sut.firstKnownAt(), await sut.course(0)]).toEqual([undefined, []]);
    });
  });

  it('forgets after ninety days, and no day earlier', async () => {
    ready(1);
    await clock.advance(90 * DAY - 1);
    await sut.prune();
    expect(await sut.states()).toHaveLength(2);
    await clock.advance(2);
    await sut.prune();
    expect(await sut.states()).toEqual([]);
  });
});
