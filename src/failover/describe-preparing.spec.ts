import { describePreparing } from './describe-preparing';

describe(describePreparing.name, () => {
  it('tells what is known, and nothing else', () => {
    const detail = 'fetching the model x';
    expect(describePreparing({ step: 'model', detail })).toBe(detail);
    expect(describePreparing({ step: 'model', detail, receivedBytes: 4.2e6 })).toBe(`${detail}: 4 MB`);
    expect(
      describePreparing({
        step: 'model',
        detail,
        receivedBytes: 40e6,
        totalBytes: 98e6,
        bytesPerSecond: 5.12e6,
        secondsLeft: 11.3,
      }),
    ).toBe(`${detail}: 40 % (40 of 98 MB), 5.1 MB/s, 12 s left`);
  });
});
