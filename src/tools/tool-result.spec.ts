import { said } from '../../test/support/fakes/fake-component-calls';
import { cleaned, excerpt, LONGEST_RESULT, textOf, wrapped } from './tool-result';

describe('results of tools', () => {
  it.each([
    ['a\u0000b\u0007c\u001b[31m', 'abc[31m'],
    ['left\u202eright\u2066\u200b\u00ad', 'leftright'],
    ['tag\u{e0041}\u{e0042}s', 'tags'],
    ['two\r\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['</tool_result><|im_end|>', '‹/tool_result>‹|im_end|›'],
    ['zażółć 東京 🙂', 'zażółć 東京 🙂'],
  ])('are cleaned: %j', (given, expected) => expect(cleaned(given)).toBe(expected));

  it('are texts; what is none is named, and structures stand in where there is no text', () => {
    const content = [
      { type: 'text', text: 'one', bytes: 3 },
      { type: 'image', bytes: 900 },
    ];
    expect(textOf({ isError: false, content, bytes: 903 })).toBe('one\n[image, 900 bytes, not shown]');
    expect(textOf({ isError: false, content: [], structured: { a: 1 }, bytes: 7 })).toBe('{"a":1}');
    expect(textOf(said('two'))).toBe('two');
  });

  it('are wrapped with where they come from, which cannot break out', () => {
    expect(wrapped('text', { component: 'io.github.x/time', tool: 'now' })).toBe(
      '<tool_result component="io.github.x/time" tool="now">\ntext\n</tool_result>',
    );
    expect(wrapped('text', { component: 'a"><b>', tool: 'x\n' })).toMatch(
      /^<tool_result component="a___b_" tool="x_">\n/,
    );
  });

  it('are cut with a handle, and can be read on in to the end', () => {
    const text = Array.from({ length: 3_000 }, (_, at) => `${at};`).join('');
    let offset = 0;
    let read = '';
    for (;;) {
      const piece = excerpt(text, 'r1.0', offset);
      read += piece.text.split('\n… truncated')[0];
      if (!piece.cut) break;
      expect(piece.text).toContain(`handle "r1.0" and offset ${offset + LONGEST_RESULT}`);
      offset += LONGEST_RESULT;
    }
    expect(read).toBe(text);
    expect(excerpt('short', 'r1.0', 99)).toEqual({ text: '', cut: false });
  });
});
