import fc from 'fast-check';
import { wholeWords } from './partial-answer';

describe(wholeWords.name, () => {
  it.each([
    ['', ''],
    ['Hel', ''],
    ['Hello wor', 'Hello'],
    ['Hello world.\n\nNex', 'Hello world.'],
    ['Hello world ', 'Hello world'],
    ['zażółć gęślą ja', 'zażółć gęślą'],
  ])('%j becomes %j', (partial, kept) => expect(wholeWords(partial)).toBe(kept));

  it('is always a prefix that ends in no white space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const kept = wholeWords(text);
        expect(text.startsWith(kept)).toBe(true);
      }),
    );
  });
});
