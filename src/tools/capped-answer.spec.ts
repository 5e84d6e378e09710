import { cappedAnswer } from './capped-answer';

const text = (given: string): { type: string; text: string; bytes: number } => ({
  type: 'text',
  text: given,
  bytes: Buffer.byteLength(given),
});

describe('the ceiling of an answer', () => {
  it('leaves what is below it', () => {
    const answer = { isError: false, content: [text('short')], structured: { a: 1 }, bytes: 60 };
    expect(cappedAnswer(answer, 60)).toBe(answer);
  });

  it.each([
    ['abcdefgh', 'abcd'],
    ['ąćęłńó', 'ąć'],
    ['a漢字', 'a漢'],
    ['ab漢字', 'ab'],
    ['😀😀', '😀'],
  ])('cuts %s between two characters', (given, kept) => {
    const [part] = cappedAnswer({ isError: false, content: [text(given)], bytes: 99 }, 4).content;
    expect(part?.text).toBe(`${kept}\n[cut off: ${Buffer.byteLength(given)} bytes in all]`);
  });

  it('holds for all parts together, and leaves out structure that is larger', () => {
    const structured = { long: 'x'.repeat(50) };
    const capped = cappedAnswer(
      { isError: true, content: [text('abcd'), text('efgh')], structured, bytes: 99 },
      6,
    );
    expect(capped.content.map((part) => part.text?.split('\n')[0])).toEqual(['abcd', 'ef']);
    expect(capped).not.toHaveProperty('structured');
    expect(capped.isError).toBe(true);
  });
});
