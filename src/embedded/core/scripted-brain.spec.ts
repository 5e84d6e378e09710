import fc from 'fast-check';
import { ProcessClock } from './process-clock';
import { ScriptedBrain, splitIntoTokens } from './scripted-brain';

describe(ScriptedBrain.name, () => {
  const clock = new ProcessClock();
  const turns = [{ role: 'user', content: 'Hi' }];

  it('cuts any text into tokens that make it up again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => splitIntoTokens(text).join('') === text),
    );
    expect(splitIntoTokens('Don’t stop, żółw 🐢\n\nok')).toEqual([
      'Don',
      '’',
      't',
      ' stop',
      ',',
      ' żółw',
      ' 🐢',
      '\n\nok',
    ]);
  });

  it('speaks at its pace', async () => {
    const sut = new ScriptedBrain(clock, { tokensPerSecond: 100, answer: () => 'a b c d e f g h i j' });
    const began = clock.monotonic();
    let said = '';
    for await (const token of sut.complete({ turns }, {}, new AbortController().signal)) said += token;
    expect(said).toBe('a b c d e f g h i j');
    expect(clock.monotonic() - began).toBeGreaterThan(90);
    expect(clock.monotonic() - began).toBeLessThan(400);
  });

  it('stops at once when nobody listens, even between two slow tokens', async () => {
    const sut = new ScriptedBrain(clock, { tokensPerSecond: 0.5 });
    const abort = new AbortController();
    const began = clock.monotonic();
    setTimeout(() => abort.abort(), 20);
    for await (const token of sut.complete({ turns }, {}, abort.signal)) throw new Error(`said ${token}`);
    expect(clock.monotonic() - began).toBeLessThan(300);
  });

  it('lets others have their turn at full speed', async () => {
    const sut = new ScriptedBrain(clock, {
      tokensPerSecond: Infinity,
      answer: () => 'word '.repeat(100_000),
    });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 5);
    let tokens = 0;
    for await (const _token of sut.complete({ turns }, {}, abort.signal)) tokens++;
    expect(tokens).toBeLessThan(100_000);
  });

  it('dies a few words into the answer to what it is told to die of, and of nothing else', async () => {
    const die = jest.fn(() => {
      throw new Error('dead');
    });
    const sut = new ScriptedBrain(clock, { tokensPerSecond: Infinity, fatal: { words: 'open sesame', die } });
    const say = async (content: string, before: string[] = []): Promise<string> => {
      const asked = [...before, content].map((each) => ({ role: 'user', content: each }));
      let said = '';
      try {
        for await (const token of sut.complete({ turns: asked }, {}, new AbortController().signal))
          said += token;
      } catch {
        return `${said} (dead)`;
      }
      return said;
    };
    expect(await say('Please, open sesame, now')).toMatch(/^\w+.{10,60} \(dead\)$/);
    expect(await say('Hi', ['open sesame'])).not.toContain('(dead)');
    expect(die).toHaveBeenCalledTimes(1);
  });

  it('refuses a pace that is none', () => {
    expect(() => new ScriptedBrain(clock, { tokensPerSecond: 0 })).toThrow('not 0');
  });
});
