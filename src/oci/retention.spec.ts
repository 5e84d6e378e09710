import fc from 'fast-check';
import { deletableManifests, type ImageLock } from './retention';

const lock = (order: number, digest: string, more: Partial<ImageLock> = {}): ImageLock => ({
  component: 'time',
  repository: 'r/time',
  digest,
  order,
  ...more,
});
const stored = (...digests: string[]): { repository: string; digest: string }[] =>
  digests.map((digest) => ({ repository: 'r/time', digest }));
const digests = (locks: ImageLock[], has: { repository: string; digest: string }[]): string[] =>
  deletableManifests(locks, has).map(({ digest }) => digest);

describe(deletableManifests.name, () => {
  it('names what is older than the last two locks, in whatever order they are given', () => {
    expect(digests([lock(3, 'c'), lock(1, 'a'), lock(2, 'b')], stored('a', 'b', 'c'))).toEqual(['a']);
  });

  it('names nothing that the registry does not have, and nothing that no lock named', () => {
    expect(digests([lock(1, 'a'), lock(2, 'b'), lock(3, 'c')], stored('b', 'c', 'foreign'))).toEqual([]);
  });

  it('keeps an old image that was gone back to', () => {
    expect(digests([lock(1, 'a'), lock(2, 'b'), lock(3, 'c'), lock(4, 'a')], stored('a', 'b', 'c'))).toEqual([
      'b',
    ]);
  });

  it('counts two locks on one image once, or a change of rights would cost the way back', () => {
    expect(digests([lock(1, 'a'), lock(2, 'b'), lock(3, 'b'), lock(4, 'b')], stored('a', 'b'))).toEqual([]);
  });

  it('keeps what another component needs', () => {
    const other = lock(9, 'a', { component: 'clock' });
    expect(digests([lock(1, 'a'), lock(2, 'b'), lock(3, 'c'), other], stored('a', 'b', 'c'))).toEqual([]);
    const elsewhere = { ...other, repository: 'r/clock' };
    expect(digests([lock(1, 'a'), lock(2, 'b'), lock(3, 'c'), elsewhere], stored('a'))).toEqual(['a']);
  });

  it('keeps and names the parts of an index with it', () => {
    const locks = [
      lock(1, 'a', { parts: ['a1', 'shared'] }),
      lock(2, 'b', { parts: ['shared'] }),
      lock(3, 'c', { parts: ['c1'] }),
    ];
    expect(digests(locks, stored('a', 'a1', 'shared', 'b', 'c', 'c1'))).toEqual(['a', 'a1']);
  });

  it('never names an image of the last two locks of anything', () => {
    const any = fc.record({
      component: fc.constantFrom('x', 'y', 'z'),
      repository: fc.constantFrom('r', 's'),
      digest: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), (entries) => {
        const locks = entries.map((entry, order) => ({ ...entry, order }));
        const deleted = deletableManifests(locks, locks);
        for (const component of ['x', 'y', 'z'])
          for (const { repository, digest } of locks.filter((each) => each.component === component).slice(-2))
            expect(deleted).not.toContainEqual(expect.objectContaining({ repository, digest }));
      }),
    );
  });
});
