import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { CLUSTER, Holds } from './holds';

const ORDER = { by: 'api:key1', reason: 'new memory' };

describe(Holds.name, () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let sut: Holds;
  let told: string[];

  const restart = async (): Promise<void> => {
    const bus = new EventBus();
    sut = new Holds(store, bus, clock);
    told = [];
    bus.on('hold.set', ({ subject, hold }) => void told.push(`+${subject} ${hold.kind}`));
    bus.on('hold.lifted', ({ subject, hold, by }) => void told.push(`-${subject} ${hold.kind} ${by}`));
    await sut.open();
  };

  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    await restart();
  });
  afterEach(() => store.close());

  it('keeps what administrators lay down over a restart, and forgets what concerns this process only', async () => {
    await sut.set(1, 'maintenance', { ...ORDER, forMs: 60_000 });
    await sut.set(2, 'stopped', ORDER);
    await sut.set(2, 'degraded', ORDER);
    await sut.set(CLUSTER, 'paused', { ...ORDER, forMs: 5_000 });
    await sut.set(CLUSTER, 'tilted', { ...ORDER, forMs: 5_000 });
    await restart();
    expect([...sut.of(1).values()]).toEqual([
      { kind: 'maintenance', since: clock.now(), until: clock.now() + 60_000, ...ORDER },
    ]);
    expect([...sut.of(2).keys()]).toEqual(['stopped']);
    expect([...sut.of(CLUSTER).keys()]).toEqual(['paused']);
  });

  it('ends by itself, once, and tells', async () => {
    await sut.set(CLUSTER, 'paused', { ...ORDER, forMs: 5_000 });
    await clock.advance(4_999);
    await sut.expire();
    expect(sut.has(CLUSTER, 'paused')).toBe(true);
    await clock.advance(1);
    await sut.expire();
    await sut.expire();
    expect(sut.has(CLUSTER, 'paused')).toBe(false);
    expect(told).toEqual(['+0 paused', '-0 paused automatic']);
    await restart();
    expect(sut.has(CLUSTER, 'paused')).toBe(false);
  });

  it('is over after a restart that came too late', async () => {
    await sut.set(1, 'quarantined', { ...ORDER, forMs: 5_000 });
    await clock.advance(6_000);
    await restart();
    expect(sut.has(1, 'quarantined')).toBe(false);
    expect(await store.all('SELECT * FROM holds')).toEqual([]);
  });

  it('lasts neither longer nor shorter because somebody sets the clock', async () => {
    await sut.set(CLUSTER, 'paused', { ...ORDER, forMs: 600_000 });
    clock.jumpWall(3_600_000);
    await sut.expire();
    expect(sut.has(CLUSTER, 'paused')).toBe(true);
    clock.jumpWall(-7_200_000);
    await restart();
    await clock.advance(600_000);
    await sut.expire();
    expect(sut.has(CLUSTER, 'paused')).toBe(false);
  });

  it('replaces one of the same kind, and says whether there was one to lift', async () => {
    await sut.set(1, 'maintenance', { ...ORDER, forMs: 5_000 });
    await sut.set(1, 'maintenance', { ...ORDER, forMs: 50_000 });
    await clock.advance(10_000);
    await sut.expire();
    expect(await sut.lift(1, 'maintenance', 'api:key2', 'done')).toBe(true);
    expect(await sut.lift(1, 'maintenance', 'api:key2', 'done')).toBe(false);
  });

  it('is in force at once, also where the disk refuses it', async () => {
    jest.spyOn(store, 'run').mockRejectedValue(new Error('database or disk is full'));
    await expect(sut.set(1, 'quarantined', { ...ORDER, forMs: 5_000 })).rejects.toThrow('full');
    expect(sut.has(1, 'quarantined')).toBe(true);
  });

  it('is erased later where the disk was full when it ended, and does not come back with a restart', async () => {
    await sut.set(1, 'maintenance', { ...ORDER, forMs: 5_000 });
    await clock.advance(5_000);
    const full = jest.spyOn(store, 'run').mockRejectedValue(new Error('database or disk is full'));
    await expect(sut.expire()).rejects.toThrow('full');
    expect(sut.has(1, 'maintenance')).toBe(false);
    full.mockRestore();
    await sut.expire();
    clock.jumpWall(-3_600_000);
    await restart();
    expect(sut.has(1, 'maintenance')).toBe(false);
  });

  it('is not erased by the end of an earlier one of its kind', async () => {
    await sut.set(1, 'maintenance', { ...ORDER, forMs: 5_000 });
    await clock.advance(5_000);
    const full = jest.spyOn(store, 'run').mockRejectedValueOnce(new Error('database or disk is full'));
    await expect(sut.expire()).rejects.toThrow('full');
    full.mockRestore();
    await sut.set(1, 'maintenance', { ...ORDER, forMs: 60_000 });
    await sut.expire();
    await restart();
    expect(sut.has(1, 'maintenance')).toBe(true);
  });
});
