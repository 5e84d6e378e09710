import { firstAndLast, trend, type Sample } from '../../bench/soak/trend';

const MINUTE = 60_000;

/** A sample every ten seconds. */
function life(number: number, minutes: number, valueAt: (minute: number) => number, from = 0): Sample[] {
  return Array.from({ length: minutes * 6 + 1 }, (_, index) => ({
    at: from + index * 10_000,
    life: number,
    value: valueAt(index / 6),
  }));
}

describe(trend.name, () => {
  it('finds the slope of a straight line, warm-up left out', () => {
    const samples = life(1, 30, (minute) => (minute < 1 ? 50 : 100 + minute * 0.5));
    const found = trend(samples, MINUTE, MINUTE);
    expect(found.perHour).toBeCloseTo(30, 6);
    expect(found.minutes).toBeCloseTo(29, 6);
  });

  it('does not take the step from one process to the next for growth', () => {
    const flat = [...life(1, 10, () => 100), ...life(2, 10, () => 140, 20 * MINUTE)];
    expect(trend(flat, MINUTE, MINUTE).perHour).toBeCloseTo(0, 6);
    const growing = [
      ...life(1, 10, (minute) => 100 + minute),
      ...life(2, 10, (minute) => 100 + minute, 20 * MINUTE),
    ];
    expect(trend(growing, MINUTE, MINUTE)).toEqual({ perHour: expect.closeTo(60, 6), minutes: 18 });
  });

  it('says nothing where no process lived long enough', () => {
    expect(
      trend(
        life(1, 2, (minute) => minute),
        MINUTE,
        5 * MINUTE,
      ),
    ).toEqual({ minutes: 0 });
    expect(trend([], MINUTE, MINUTE)).toEqual({ minutes: 0 });
  });
});

describe(firstAndLast.name, () => {
  it('tells of the longest life', () => {
    const samples = [
      ...life(1, 3, () => 30),
      ...life(2, 9, (minute) => (minute === 5 ? 44 : 20 + minute), 5 * MINUTE),
    ];
    expect(firstAndLast(samples, MINUTE)).toEqual({ first: 21, last: 29, most: 44, minutes: 8 });
    expect(firstAndLast([], MINUTE)).toBeUndefined();
  });
});
