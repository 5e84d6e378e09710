import { forChat } from './for-chat';

describe(forChat.name, () => {
  it.each([
    ['Tells the time.', 'Tells the time.'],
    ['look @all, and @ann', 'look @\u200ball, and @\u200bann'],
    ['a\n# heading\u202e b', 'a # heading b'],
    [
      '[here](https://a.example) `code` **loud**',
      '\\[here\\](https:\u200b//a.example) \\`code\\` \\*\\*loud\\*\\*',
    ],
  ])('makes %j %j', (given, shown) => {
    expect(forChat(given)).toBe(shown);
  });
});
