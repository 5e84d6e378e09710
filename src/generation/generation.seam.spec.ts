import { Logger } from '@nestjs/common';
import fc from 'fast-check';
import { CoreBench } from '../../test/support/core-bench';

const TEXTS = {
  'plain words': 'The sea is wide, and it has no end; a boat could sail for days. It is also deep.',
  'Polish letters and dashes':
    'Zażółć gęślą jaźń – to zdanie, w którym są wszystkie polskie ogonki, „cudzysłów” też.',
  'emoji, joined and coloured ones': 'Hi 👋🏽 there 👩‍👩‍👧‍👦 family 🏳️‍🌈 and é (e + accent) 𝒳 done 🎉',
  'markdown with a fence':
    '# Title\n\n- one\n  - two **bold**\n\n```ts\nconst a = {\n    b: 1,\n};\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd.',
  'white space of every kind': 'a  b\tc\n\n\n   d\r\ne\u00a0f   g \u2003 h',
  'no white space at all': 'https://example.org/a/very/long/path?with=values&and=more#fragment',
  'languages without spaces': '海は広くて青いです。終わりがありません。船で何日も行けます。',
};

/** Cores that go on exactly where they are told to; one answer is broken off, once or often. */
describe('the seam of a continued answer', () => {
  let bench: CoreBench;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await CoreBench.unwatched();
    for (const id of [1, 2]) Object.assign(bench.core(id), { firstTokenMs: 1, gapMs: 1 });
  });
  afterEach(() => bench.store.close());

  /** @param cuts how many characters each attempt brings before it breaks off */
  const answer = async (text: string, cuts: readonly number[]): Promise<string[]> => {
    for (const id of [1, 2]) {
      bench.core(id).answer = () => text;
      bench.core(id).faults.length = 0;
    }
    for (const [index, cut] of cuts.entries())
      bench.core(1 + (index % 2)).faults.push({ afterCharacters: cut, kind: 'reset' });
    const { result, shown } = await bench.answering();
    const outcome = await bench.during(result);
    if (outcome.outcome !== 'complete') throw new Error(JSON.stringify(outcome));
    expect(outcome.text).toBe(text);
    for (const [index, each] of shown.entries()) {
      if (!text.startsWith(each)) throw new Error(`Shown: ${JSON.stringify(each)}`);
      expect(each.length).toBeGreaterThanOrEqual(shown[index - 1]?.length ?? 0);
    }
    return shown;
  };

  it.each(Object.entries(TEXTS))('loses and doubles nothing wherever it is cut: %s', async (_, text) => {
    for (let cut = 0; cut <= text.length; cut++) await answer(text, [cut]);
  });

  it.each(Object.entries(TEXTS))('nor where the pieces are single characters: %s', async (_, text) => {
    for (const id of [1, 2]) bench.core(id).pieces = (whole) => [...whole];
    for (let cut = 1; cut <= text.length; cut += 3) await answer(text, [cut]);
  });

  it('loses and doubles nothing in any text, cut as often as it makes progress', async () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    const gap = fc.constantFrom(' ', '  ', '\n', '\n\n', '\t', ' \n  ');
    const texts = fc
      .array(fc.tuple(word, gap), { minLength: 1, maxLength: 15 })
      .map((pairs) => pairs.flat().join('').trim())
      .filter((text) => text !== '');
    // Longer than any word with the gap before it: so each attempt gets further than the one before.
    const cuts = fc.array(fc.integer({ min: 20, max: 60 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (text, given) => {
        await answer(text, given);
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
