import fc from 'fast-check';
import { MORE_FOLLOWS, splitAnswer } from './split-answer';

const words = (count: number): string =>
  Array.from({ length: count }, (_, index) => `word${index}`).join(' ');

describe(splitAnswer.name, () => {
  it('leaves a short answer whole', () => expect(splitAnswer('Hello.', 200)).toEqual(['Hello.']));

  it('cuts between paragraphs where one ends in the second half', () => {
    const first = `${words(20)}.`;
    const parts = splitAnswer(`${first}\n\n${words(40)}`, 260);
    expect(parts[0]).toBe(first + MORE_FOLLOWS);
  });

  it('closes an open fence and opens it again with its language', () => {
    const code = Array.from({ length: 30 }, (_, index) => `const value${index} = ${index};`).join('\n');
    const parts = splitAnswer(`Look:\n\`\`\`ts\n${code}\n\`\`\`\nDone.`, 300);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect((part.match(/^```/gm) ?? []).length % 2).toBe(0);
    expect(parts[1]).toMatch(/^```ts\nconst value/);
    expect(parts.join('\n')).toContain('const value29 = 29;');
  });

  it('never exceeds the limit and loses no word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.lorem({ maxCount: 12 }), { maxLength: 60 }),
        fc.integer({ min: 120, max: 400 }),
        (sentences, limit) => {
          const text = sentences.join('\n');
          const parts = splitAnswer(text, limit);
          for (const part of parts) expect(part.length).toBeLessThanOrEqual(limit);
          const joined = parts.map((part) => part.replace(MORE_FOLLOWS, '')).join(' ');
          expect(joined.split(/\s+/).filter(Boolean)).toEqual(text.split(/\s+/).filter(Boolean));
        },
      ),
    );
  });

  it('survives anything, emoji and fences included, within the limit', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 90 }),
      fc.constantFrom('\n```js\n', '\n~~~\n', '```', '😀'.repeat(40), '\n\n'),
      fc.integer({ min: 1, max: 600 }).map((count) => '~'.repeat(count)),
      fc.integer({ min: 1, max: 600 }).map((count) => `\n${'`'.repeat(count)}`),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const parts = splitAnswer(pieces.join(''), 150);
        for (const part of parts) {
          expect(part.length).toBeLessThanOrEqual(150);
          expect(part).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/);
        }
      }),
    );
  });

  it('keeps the finished parts as they are while the text grows', () => {
    const text = `${words(120)}\n\n\`\`\`py\n${words(80)}\n\`\`\`\n${words(60)}`;
    let before: string[] = [];
    for (let length = 0; length <= text.length; length += 7) {
      const parts = splitAnswer(text.slice(0, length), 300);
      expect(parts.slice(0, Math.max(0, before.length - 1))).toEqual(before.slice(0, -1));
      before = parts;
    }
  });
});
