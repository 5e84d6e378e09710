import { Damping } from './damping';

const MINUTE = 60_000;

describe(Damping.name, () => {
  let sut: Damping;
  beforeEach(() => (sut = new Damping()));

  it('holds a core down for 30 s, twice as long each time, and 15 minutes at most', () => {
    const holds: number[] = [];
    for (let at = 0; at < 7; at++) {
      sut.left(1, at);
      holds.push(sut.holdDownMs(1, at, 0) / 1000);
    }
    expect(holds).toEqual([30, 60, 120, 240, 480, 900, 900]);
    sut.left(2, 10);
    expect(sut.holdDownMs(2, 10, 0)).toBe(30_000);
  });

  it('forgets a departure after half an hour, and takes a step back for ten minutes of being ready', () => {
    sut.left(1, 0);
    sut.left(1, 20 * MINUTE);
    expect(sut.holdDownMs(1, 20 * MINUTE, 0)).toBe(60_000);
    expect(sut.holdDownMs(1, 20 * MINUTE, 10 * MINUTE)).toBe(30_000);
    expect(sut.holdDownMs(1, 31 * MINUTE, 0)).toBe(30_000);
  });

  it('counts the switches of ten minutes, of all cores, and knows when there is one less', () => {
    sut.left(1, 0);
    sut.left(2, 4 * MINUTE);
    expect(sut.switches(9 * MINUTE)).toBe(2);
    expect(sut.easesAt(9 * MINUTE)).toBe(10 * MINUTE);
    expect(sut.switches(10 * MINUTE)).toBe(1);
    expect(sut.easesAt(10 * MINUTE)).toBe(14 * MINUTE);
    expect(sut.easesAt(20 * MINUTE)).toBe(20 * MINUTE);
    sut.forgive();
    expect(sut.switches(10 * MINUTE)).toBe(0);
  });
});
