import fc from 'fast-check';
import { lettersOf, tokenizeLetters } from '../../../test/engine/support/fake-engine';
import type { Turn } from './brain';
import { ChatmlTemplate } from './chatml-template';
import { boundRaw, cutTokens, fitTurns, promptRoom } from './prompt-fitting';

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

  it('tokenizes no more of a huge conversation than could fit, and cuts it as if it had', () => {
    let tokenized = 0;
    const counting = {
      ...model,
      tokenize: (text: string, special: boolean) => {
        tokenized += text.length;
        return tokenizeLetters(text, special);
      },
    };
    const counted = new ChatmlTemplate(
      { ...counting, tokens: { bos: null, shouldPrependBosToken: false } },
      false,
    );
    const huge = (role: string): Turn => ({ role, content: `${'x'.repeat(400_000)} ${role} end` });
    const many = Array.from({ length: 2_000 }, () => ({ role: 'user', content: 'y'.repeat(500) }));
    const room = { longest: 200, cutTo: 200 };
    const long = [turns[0] as Turn, ...many, huge('assistant'), huge('user')];
    const tokens = fitTurns(long, counted, counting, room);
    expect(lettersOf(tokens)).toMatch(/RULES.*user\nx+ user end/s);
    expect(tokens).toHaveLength(196);
    expect(tokenized).toBeLessThan(200_000);
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

describe(boundRaw.name, () => {
  const room = { longest: 10, cutTo: 8 };
  const text = Array.from({ length: 5_000 }, (_, index) => String.fromCharCode(0x4e00 + index)).join('');
  const cut = (raw: string, keep: number): string =>
    lettersOf(cutTokens(tokenizeLetters(raw, true), keep, room));

  it.each([-1, 0, 4, 99])('changes nothing of what is left after keeping %d', (keep) => {
    const bound = boundRaw(text, keep, room);
    expect(bound.length).toBeLessThan(700);
    expect(cut(bound, keep)).toBe(cut(text, keep));
    expect(boundRaw('short', keep, room)).toBe('short');
  });

  it('cuts no letter in two', () => {
    for (const raw of ['🙂'.repeat(1_000), `a${'🙂'.repeat(1_000)}`, `${'🙂'.repeat(1_000)}a`])
      expect(Buffer.from(boundRaw(raw, 3, room)).includes('\ufffd')).toBe(false);
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
