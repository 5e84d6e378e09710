import { PostIdKey } from '../journal/post-id';
import { SystemRandom } from '../shared/system-random';
import { SealedArguments } from './sealed-arguments';

describe(SealedArguments.name, () => {
  const sut = new SealedArguments(new SystemRandom(), new PostIdKey(Buffer.alloc(32, 7)));
  const words = (text: string): string[] => text.trim().split(/\s+/).slice(3);

  it.each(['hunter2', 'two  words', '-----BEGIN-----\na\n\nb\n-----END-----', 'sealed:hunter2'])(
    'keeps nothing that can be read of %j, and gives it back whole',
    (value) => {
      const text = sut.seal(`!config time-mcp TOKEN ${value}\n`, 'm1');
      expect(text).toMatch(/^!config time-mcp TOKEN sealed:[A-Za-z0-9+/=]+$/);
      expect(sut.open(words(text), 'm1')).toBe(value);
      expect(sut.open(words(text), 'm2')).toBeUndefined();
    },
  );

  it('knows the command behind a mention, and in capitals', () => {
    expect(sut.seal('@assistant, !Config a B secret', 'm1')).toMatch(/^@assistant, !Config a B sealed:/);
  });

  it.each([
    '!config time-mcp',
    '!config time-mcp TOKEN',
    '!config time-mcp TOKEN ',
    'What does !config do?',
    '!status a b c',
  ])('leaves %j as it is', (text) => expect(sut.seal(text, 'm1')).toBe(text));

  it('opens nothing that was not sealed here', () => {
    for (const given of [[], ['hunter2'], ['sealed:'], ['sealed:AAAA'], ['sealed:AAAA', 'more']])
      expect(sut.open(given, 'm1')).toBeUndefined();
  });
});
