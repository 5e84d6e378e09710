import { proofPatienceMs } from './proof-patience';

describe(proofPatienceMs.name, () => {
  it('is 10 s where no answer waited in vain', () => expect(proofPatienceMs([200])).toBe(10_000));

  it('is 10 s where nothing is known of the core', () => expect(proofPatienceMs([], 10_000)).toBe(10_000));

  it.each([5_000, 10_000])('is 3.5 s for a core that is quick, after a wait of %i ms', (waitedMs) =>
    expect(proofPatienceMs([200, 700], waitedMs)).toBe(3_500),
  );

  it('follows the slowest of its last proofs, up to 10 s', () => {
    expect(proofPatienceMs([200, 1_400, 300], 10_000)).toBe(7_000);
    expect(proofPatienceMs([6_000], 10_000)).toBe(10_000);
  });

  it('lets a runner come to the end of a batch of a long prompt, up to 10 s', () => {
    expect(proofPatienceMs([200], 20_000)).toBe(7_000);
    expect(proofPatienceMs([200], 300_000)).toBe(10_000);
  });
});
