import fc from 'fast-check';
import { lettersOf, tokenizeLetters } from '../../../test/engine/support/fake-engine';
import type { Turn } from './brain';
import { ChatmlTemplate } from './chatml-template';
import { cutTokens, fitTurns, promptRoom } from './prompt-fitting';

const model = { tokenize: tokenizeLetters, detokenize: lettersOf };
const template = new ChatmlTemplate({ ...model, tokens: { bos: null, shouldPrependBosToken: false } }, false);
const fit = (turns: Turn[], longest: number, cutTo = longest): string =>
  lettersOf(fitTurns(turns, template, model, { longest, cutTo }));

describe(promptRoom.name, () => {
  it.each([
    ['a quarter for an answer without end', 2048, -1, false, { longest: 1983, cutTo: 1535 }],
    ['what the answer may take', 2048, 10, false, { longest: 2037, cutTo: 2037 }],
    ['next to nothing for one that goes on', 2048, -1, true, { longest: 2046, cutTo: 1535 }],
  ])('leaves %s', (_name, context, limit, continues, room) => {
    expect(promptRoom(context, limit, continues)).toEqual(room);
  });
});

describe(fitTurns.name, () => {
  const turns: Turn[] = [
    { role: 'system', content: 'RULES' },
    { role: 'user', content: 'one' },
    { role: 'assistant', content: 'two' },
    { role: 'user', content: 'three' },
  ];

  it('leaves alone what fits', () => {
    expect(fit(turns, 1000)).toBe(lettersOf(template.tokens(turns)));
  });

  it('drops the oldest turns, and never a system turn', () => {
    const whole = template.tokens(turns).length;
    const text = fit(turns, whole - 1);
    expect(text).toContain('RULES');
    expect(text).not.toContain('one');
    expect(text).toContain('two');
    expect(text).toContain('three');
  });

  it('keeps the last question together with the beginning of its answer', () => {
    const text = fit([...turns, { role: 'assistant', content: 'half' }], 50);
    expect(text).toMatch(/RULES.*user\nthree.*assistant\nhalf$/s);
    expect(text).not.toContain('two');
  });

  it('takes the beginning of the longest turn where nothing else is left', () => {
    const text = fit([turns[0] as Turn, { role: 'user', content: `${'x'.repeat(500)} the end` }], 200);
    expect(text).toMatch(/RULES.*user\nx+ the end/s);
  });

  it('never exceeds its room', () => {
    const any = fc.record({
      role: fc.constantFrom('system', 'user', 'assistant'),
      content: fc.string({ maxLength: 80 }),
    });
    fc.assert(
      fc.property(
        fc.array(any, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 20, max: 300 }),
        (some, longest) => {
          const room = { longest, cutTo: Math.max(1, longest - 10) };
          expect(fitTurns(some, template, model, room).length).toBeLessThanOrEqual(longest);
        },
      ),
    );
  });
});

describe(cutTokens.name, () => {
  const tokens = [1, 2, 3, 4, 5, 6, 7, 8];

  it.each([
    [0, [4, 5, 6, 7, 8]],
    [2, [1, 2, 6, 7, 8]],
    [99, [1, 2, 3, 4, 8]],
    [-1, [1, 2, 3, 4, 8]],
  ])('keeps the first %d tokens and the newest', (keep, cut) => {
    expect(cutTokens(tokens, keep, { longest: 6, cutTo: 5 })).toEqual(cut);
  });
});
