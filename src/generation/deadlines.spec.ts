import fc from 'fast-check';
import { firstTokenDeadlineMs, stallDeadlineMs } from './deadlines';

describe(firstTokenDeadlineMs.name, () => {
  it('is 30 s until calibrated, a minute more while the model is cold', () => {
    expect(firstTokenDeadlineMs({ speed: {}, state: 'ready' }, 50)).toBe(30_000);
    expect(firstTokenDeadlineMs({ speed: {}, state: 'warming' }, 50)).toBe(90_000);
  });

  it('is 10 s for a short prompt on a measured core', () => {
    expect(firstTokenDeadlineMs({ speed: { promptTokensPerSecond: 500 }, state: 'ready' }, 100)).toBe(10_000);
  });

  it('grows with the prompt on a slow core and never passes 300 s', () => {
    expect(firstTokenDeadlineMs({ speed: { promptTokensPerSecond: 100 }, state: 'ready' }, 2000)).toBe(
      60_000,
    );
    expect(firstTokenDeadlineMs({ speed: { promptTokensPerSecond: 1 }, state: 'ready' }, 4000)).toBe(300_000);
  });
});

describe(stallDeadlineMs.name, () => {
  it('stays between 5 and 20 s whatever the gaps', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60_000)), (gaps) => {
        const deadline = stallDeadlineMs(gaps);
        expect(deadline).toBeGreaterThanOrEqual(5_000);
        expect(deadline).toBeLessThanOrEqual(20_000);
      }),
    );
  });

  it('is ten times the median of a slow core', () => {
    expect(stallDeadlineMs([900, 1000, 1100, 60])).toBe(10_000);
  });
});
