import { TransferRate } from './transfer-rate';

describe(TransferRate.name, () => {
  it('smooths over the last five seconds', () => {
    const sut = new TransferRate(100_000);
    sut.restart(0, 0);
    for (let second = 1; second <= 10; second++) sut.note(second * 1_000, second * 1_000);
    expect(sut.figures(10_000)).toEqual({
      receivedBytes: 10_000,
      totalBytes: 100_000,
      bytesPerSecond: 1_000,
      secondsLeft: 90,
    });
    for (let second = 11; second <= 20; second++) sut.note(second * 1_000, 10_000 + (second - 10) * 5_000);
    expect(sut.figures(20_000)).toMatchObject({ bytesPerSecond: 5_000, secondsLeft: 8 });
  });

  it('falls while nothing comes, and gives no time left at a standstill', () => {
    const sut = new TransferRate(100_000);
    sut.restart(0, 0);
    sut.note(1_000, 4_000);
    expect(sut.figures(2_000).bytesPerSecond).toBe(2_000);
    sut.restart(3_000, 4_000);
    expect(sut.figures(60_000)).toEqual({ receivedBytes: 4_000, totalBytes: 100_000, bytesPerSecond: 0 });
  });

  it('does not take resumed bytes for speed', () => {
    const sut = new TransferRate(100_000);
    sut.restart(0, 50_000);
    sut.note(1_000, 51_000);
    expect(sut.figures(1_000)).toMatchObject({
      receivedBytes: 51_000,
      bytesPerSecond: 1_000,
      secondsLeft: 49,
    });
  });
});
