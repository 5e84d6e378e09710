import fc from 'fast-check';
import { editDistance } from './edit-distance';

describe(editDistance.name, () => {
  it.each([
    ['', '', 0],
    ['time', 'time', 0],
    ['time', 'tme', 1],
    ['time', 'times', 1],
    ['time', 'tine', 1],
    ['time', 'itme', 1],
    ['', 'abc', 3],
    ['switch', 'status', 4],
  ])('of "%s" and "%s" is %i', (a, b, changes) => {
    expect(editDistance(a, b)).toBe(changes);
  });

  it('is the same both ways, none only of the same, and bounded by the longer text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const changes = editDistance(a, b);
        expect(changes).toBe(editDistance(b, a));
        expect(changes === 0).toBe(a === b);
        expect(changes).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
