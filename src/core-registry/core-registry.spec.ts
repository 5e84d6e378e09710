import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { CoreHistory } from './core-history';
import { CoreRegistry } from './core-registry';
import type { CoreDefinition, Transition } from './core.types';

const WHY = { cause: 'core 1 is down', evidence: 'refused', by: 'automatic' };
const define = (...ids: number[]): CoreDefinition[] =>
  ids.map((id) => ({ id, kind: 'external', url: `http://core${id}`, host: 'host', slots: 1 }));

describe(CoreRegistry.name, () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let bus: EventBus;
  let sut: CoreRegistry;
  let history: CoreHistory;

  beforeEach(async () => {
    store = await memoryStore();
    await begin();
  });
  afterEach(() => store.close());

  /** A new run of the process on the same store. */
  const begin = async (definitions = define(1, 2), preferred = 1): Promise<void> => {
    clock = new VirtualClock();
    bus = new EventBus();
    sut = new CoreRegistry(store, bus, clock);
    history = new CoreHistory(store, sut, bus, clock);
    await sut.open(definitions, preferred);
  };

  describe('open', () => {
    it('begins with the preferred core at epoch 1, nothing known of any', () => {
      expect(sut.epoch).toBe(1);
      expect(sut.active.id).toBe(1);
      expect(sut.all().map(({ id, role, state }) => [id, role, state])).toEqual([
        [1, 'active', 'unknown'],
        [2, 'standby', 'unknown'],
      ]);
      expect(sut.has(2)).toBe(true);
      expect(sut.has(3)).toBe(false);
      expect(() => sut.get(3)).toThrow('There is no core 3. The cores are 1, 2.');
    });

    it('believes the store more than the preference', async () => {
      await sut.promote(2, WHY);
      await begin(define(1, 2), 1);
      expect(sut.active.id).toBe(2);
      expect(sut.epoch).toBe(2);
    });

    it('leaves a core that is configured no longer, and says so in the history', async () => {
      await sut.promote(2, WHY);
      await begin(define(1, 3), 3);
      expect(sut.active.id).toBe(3);
      expect(sut.epoch).toBe(3);
      expect((await history.switches())[0]).toMatchObject({
        epoch: 3,
        from: 2,
        to: 3,
        cause: 'core 2 is gone',
      });
      await begin(define(1, 3), 1);
      expect(sut.epoch).toBe(3);
    });

    it('takes the first core where the preferred one does not exist, and refuses to begin with none', async () => {
      await store.run('DELETE FROM cluster');
      await begin(define(4, 5), 9);
      expect(sut.active.id).toBe(4);
      await expect(begin([])).rejects.toMatchObject({ code: 'SETTING_INVALID' });
    });
  });

  describe('promote', () => {
    it('moves epoch and role and tells after the commit', async () => {
      const told: Transition[] = [];
      bus.on('core.promoted', (transition) => void told.push(transition));
      const made = await sut.promote(2, WHY);
      expect(made).toEqual({ ...WHY, epoch: 2, from: 1, to: 2, at: clock.now() });
      expect(told).toEqual([made]);
      expect(sut.all().map(({ role }) => role)).toEqual(['standby', 'active']);
      expect(await history.switches()).toEqual([made]);
    });

    it('changes nothing at all where what goes along fails', async () => {
      const told = jest.fn();
      bus.on('core.promoted', told);
      await expect(sut.promote(2, WHY, () => Promise.reject(new Error('disk full')))).rejects.toThrow(
        'disk full',
      );
      expect([sut.epoch, sut.active.id]).toEqual([1, 1]);
      expect(await store.get('SELECT epoch, active FROM cluster')).toMatchObject({ epoch: 1, active: 1 });
      expect(await history.switches()).toEqual([]);
      expect(told).not.toHaveBeenCalled();
    });

    it('is refused where another process took the epoch', async () => {
      await store.run('UPDATE cluster SET epoch = 7');
      await expect(sut.promote(2, WHY)).rejects.toThrow('Epoch 2 was taken by somebody else');
      expect(sut.active.id).toBe(1);
    });

    it('lets only one of two at once through', async () => {
      const both = await Promise.allSettled([sut.promote(2, WHY), sut.promote(2, WHY)]);
      expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(sut.epoch).toBe(2);
    });
  });

  describe('what is known of a core', () => {
    it('changes state once, with the reason kept up to date', () => {
      const told: string[] = [];
      bus.on('core.state-changed', ({ from, to, reason }) => void told.push(`${from} ${to} ${reason}`));
      sut.setState(1, 'ready', 'it generates');
      sut.setState(1, 'ready', 'still');
      expect(told).toEqual(['unknown ready it generates']);
      expect(sut.get(1)).toMatchObject({ reason: 'still', wasReady: true, since: clock.now() });
    });

    it('counts failures for half an hour', async () => {
      for (let count = 0; count < 3; count++) {
        sut.setState(1, 'down', 'x');
        sut.setState(1, 'ready', 'y');
        await clock.advance(10 * 60_000);
      }
      expect(sut.all()[0]?.failures).toHaveLength(2);
      await clock.advance(31 * 60_000);
      expect(sut.all()[0]?.failures).toEqual([]);
    });

    it('learns speeds slowly and believes no nonsense', () => {
      sut.learn(1, { tokensPerSecond: 10 });
      sut.learn(1, { tokensPerSecond: 20, promptTokensPerSecond: NaN, loadMs: -1 });
      expect(sut.get(1).speed).toEqual({ tokensPerSecond: 13 });
    });

    it('tells of changes that people see, not of each look', () => {
      const told = jest.fn();
      bus.on('core.updated', told);
      sut.update(1, { pid: 7 });
      sut.update(1, { pid: 7, lastCheck: 5 });
      expect(told).toHaveBeenCalledTimes(1);
    });

    it('gives a slot back once, however often it is released', () => {
      const release = sut.occupy(1);
      sut.occupy(1);
      expect(sut.get(1).inFlight).toBe(2);
      release();
      release();
      expect(sut.get(1).inFlight).toBe(1);
    });
  });

  describe(CoreHistory.prototype.recordWait.name, () => {
    it('belongs to the switch that left the core after it broke; the longest counts', async () => {
      await sut.promote(2, WHY);
      await sut.promote(1, WHY);
      await history.recordWait(1, 1, 800.4);
      await history.recordWait(1, 1, 300);
      await history.recordWait(2, 3, 900);
      expect((await history.switches()).map(({ epoch, waitedMs }) => [epoch, waitedMs])).toEqual([
        [3, undefined],
        [2, 800],
      ]);
    });
  });

  it('lists the history newest first, as much as is asked for', async () => {
    for (const to of [2, 1, 2]) await sut.promote(to, WHY);
    expect((await history.switches(2)).map(({ epoch }) => epoch)).toEqual([4, 3]);
  });
});
