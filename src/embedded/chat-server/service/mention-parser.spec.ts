import { parseMentions } from './mention-parser';

describe(parseMentions.name, () => {
  it.each([
    ['hello @ola', ['ola']],
    ['@ola, @ela.kos: hi', ['ola', 'ela.kos']],
    ['ask (@ola)', ['ola']],
    ['thanks @ola.', ['ola.', 'ola']],
    ['mail ola@example.org', []],
    ['@@ola', []],
  ])('finds the people in "%s"', (text, usernames) => {
    expect(parseMentions(text).usernames).toEqual(usernames);
  });

  it('tells broadcasts from people', () => {
    expect(parseMentions('@all and @here and @allan')).toMatchObject({
      broadcasts: ['all', 'here'],
      usernames: ['allan'],
    });
  });

  it('finds channels and addresses, and no channel in an address', () => {
    expect(parseMentions('see #general and https://example.org/a#b')).toMatchObject({
      channels: ['general'],
      urls: ['https://example.org/a#b'],
    });
  });
});
