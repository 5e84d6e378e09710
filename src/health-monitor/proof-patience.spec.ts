import { proofPatienceMs } from './proof-patience';

describe(proofPatienceMs.name, () => {
  const quick = { promptTokensPerSecond: 1_000 };

  it('is 10 s where no answer waited in vain', () =>
    expect(proofPatienceMs(false, [200], quick)).toBe(10_000));

  it('is 10 s where nothing is known of the core', () => {
    expect(proofPatienceMs(true, [], quick)).toBe(10_000);
    expect(proofPatienceMs(true, [200], {})).toBe(10_000);
  });

  it('is 4 s for a core that is quick', () => expect(proofPatienceMs(true, [200, 700], quick)).toBe(4_000));

  it('follows the slowest of its last proofs, up to 10 s', () => {
    expect(proofPatienceMs(true, [200, 1_400, 300], quick)).toBe(7_000);
    expect(proofPatienceMs(true, [6_000], quick)).toBe(10_000);
  });

  it('lets a runner finish the batch of the prompt that was called off', () =>
    expect(proofPatienceMs(true, [200], { promptTokensPerSecond: 160 })).toBe(6_400));
});
