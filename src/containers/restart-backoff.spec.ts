import { RestartBackoff } from './restart-backoff';

describe(RestartBackoff.name, () => {
  const delays = (sut: RestartBackoff, deaths: number, livedMs = 10): number[] =>
    Array.from({ length: deaths }, (_, index) => sut.died(index * 1000, livedMs));

  it('starts again at once, then after 1 s, 2 s, 4 s and so on, never later than 15 s', () => {
    expect(delays(new RestartBackoff(), 8)).toEqual([0, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  });

  it('begins anew for what lived 60 s', () => {
    const sut = new RestartBackoff();
    delays(sut, 4);
    expect(sut.died(100_000, 59_999)).toBe(8000);
    expect(sut.died(200_000, 60_000)).toBe(0);
    expect(sut.died(201_000, 5)).toBe(1000);
  });

  it('counts only the deaths of the last 60 s', () => {
    const sut = new RestartBackoff();
    sut.died(0, 1);
    sut.died(30_000, 1);
    sut.died(59_999, 1);
    expect(sut.deathsLastMinute(59_999)).toBe(3);
    expect(sut.deathsLastMinute(60_000)).toBe(2);
    expect(sut.deathsLastMinute(119_999)).toBe(0);
  });
});
