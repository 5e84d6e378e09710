import { VirtualClock } from '../../test/support/virtual-clock';
import { Random } from '../shared/random';
import { ReconnectBackoff } from './reconnect-backoff';

class FixedRandom extends Random {
  constructor(private readonly value: number) {
    super();
  }

  fraction(): number {
    return this.value;
  }

  bytes(count: number): Buffer {
    return Buffer.alloc(count);
  }
}

describe(ReconnectBackoff.name, () => {
  const waits = (sut: ReconnectBackoff, count: number): number[] =>
    Array.from({ length: count }, () => sut.next());

  it('doubles from 1 s to 30 s at most', () => {
    expect(waits(new ReconnectBackoff(new VirtualClock(), new FixedRandom(0)), 6)).toEqual([
      1000, 2000, 4000, 8000, 15_000, 15_000,
    ]);
    const longest = waits(new ReconnectBackoff(new VirtualClock(), new FixedRandom(0.999)), 2000);
    expect(Math.max(...longest)).toBeLessThanOrEqual(30_000);
    expect(longest.at(-1)).toBeGreaterThan(29_000);
  });

  it('starts over after 60 s of live, and not before', async () => {
    const clock = new VirtualClock();
    const sut = new ReconnectBackoff(clock, new FixedRandom(0));
    waits(sut, 4);
    sut.live();
    await clock.advance(59_999);
    expect(sut.next()).toBe(15_000);
    sut.live();
    await clock.advance(60_000);
    expect(sut.next()).toBe(1000);
  });

  it('does not count the time before as live', async () => {
    const clock = new VirtualClock();
    const sut = new ReconnectBackoff(clock, new FixedRandom(0));
    sut.live();
    await clock.advance(60_000);
    waits(sut, 3);
    await clock.advance(120_000);
    expect(sut.next()).toBe(8000);
  });
});
