import fc from 'fast-check';
import { memoryStore } from '../../test/support/memory-store';
import type { LibsqlStore } from '../storage/libsql-store';
import { Watermarks } from './watermarks';

describe(Watermarks.name, () => {
  let store: LibsqlStore;
  let sut: Watermarks;

  beforeEach(async () => {
    store = await memoryStore();
    sut = new Watermarks(store);
  });
  afterEach(() => store.close());

  it('opens a room once: what was written before stays history', async () => {
    expect(await sut.any()).toBe(false);
    expect(await sut.get('r')).toBeUndefined();
    await sut.open('r', 100);
    await sut.open('r', 50);
    expect(await sut.get('r')).toBe(100);
    expect(await sut.since('r')).toBe(100);
    expect(await sut.any()).toBe(true);
  });

  it('cuts the history off where we came into the room again', async () => {
    await sut.open('r', 100);
    await sut.cutHistory('r', 500);
    expect(await sut.since('r')).toBe(500);
    expect(await sut.get('r')).toBe(500);
    await sut.cutHistory('r', 300);
    expect(await sut.since('r')).toBe(500);
  });

  it('never goes back', async () => {
    await sut.open('r', 100);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1_000)), async (steps) => {
        for (const step of steps) {
          const before = (await sut.get('r')) ?? 0;
          await sut.advance('r', step);
          expect(await sut.get('r')).toBe(Math.max(before, step));
        }
        expect(await sut.since('r')).toBe(100);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps facts', async () => {
    expect(await sut.fact('opened-at')).toBeUndefined();
    await sut.setFact('opened-at', '1');
    await sut.setFact('opened-at', '2');
    expect(await sut.fact('opened-at')).toBe('2');
  });
});
