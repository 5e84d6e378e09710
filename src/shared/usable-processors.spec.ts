import { usableProcessors } from './usable-processors';

describe(usableProcessors.name, () => {
  it.each([
    [8, 'max 100000', 8],
    [8, '', 8],
    [8, '150000 100000', 1],
    [8, '400000 100000', 4],
    [2, '400000 100000', 2],
    [8, '50000 100000', 1],
    [8, 'nonsense', 8],
  ])('of %i processors under the limit "%s" are %i', (available, limit, usable) => {
    expect(usableProcessors(available, limit)).toBe(usable);
  });

  it('is at least one here', () => {
    expect(usableProcessors()).toBeGreaterThanOrEqual(1);
  });
});
