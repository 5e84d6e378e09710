import type { Completion } from './brain';
import { type AnswerEnd, limitAnswer } from './limited-answer';

async function* say(...tokens: string[]): Completion {
  yield* tokens;
}

async function collect(answer: AsyncGenerator<string, AnswerEnd>): Promise<[string[], AnswerEnd]> {
  const pieces: string[] = [];
  for (;;) {
    const step = await answer.next();
    if (step.done) return [pieces, step.value];
    pieces.push(step.value);
  }
}

describe(limitAnswer.name, () => {
  it('passes everything on where nothing limits it', async () => {
    expect(await collect(limitAnswer(say('a', 'b'), -1, []))).toEqual([
      ['a', 'b'],
      { reason: 'stop', tokens: 2 },
    ]);
  });

  it('ends after the allowed tokens, of which there is at least one', async () => {
    expect(await collect(limitAnswer(say('a', 'b', 'c'), 2, []))).toEqual([
      ['a', 'b'],
      { reason: 'length', tokens: 2 },
    ]);
    expect(await collect(limitAnswer(say('a', 'b'), 0, []))).toEqual([
      ['a'],
      { reason: 'length', tokens: 1 },
    ]);
  });

  it('finds a stop string that is spread over tokens', async () => {
    const [pieces, end] = await collect(
      limitAnswer(say('say <', '|e', 'nd', '|>', 'never'), -1, ['<|end|>']),
    );
    expect(pieces.join('')).toBe('say ');
    expect(end).toEqual({ reason: 'stop', tokens: 4 });
  });

  it('holds back the beginning of a stop string only until it is none', async () => {
    const [pieces] = await collect(limitAnswer(say('a', '<', 'b', '<'), -1, ['<|end|>']));
    expect(pieces).toEqual(['a', '<b', '<']);
  });

  it('ends at the earliest of several stop strings', async () => {
    const [pieces] = await collect(limitAnswer(say('one two three'), -1, ['three', 'two']));
    expect(pieces).toEqual(['one ']);
  });

  it('lets the source know that it has ended', async () => {
    let ended = false;
    async function* source(): Completion {
      try {
        for (;;) yield 'x';
      } finally {
        ended = true;
      }
    }
    await collect(limitAnswer(source(), 3, []));
    expect(ended).toBe(true);
  });

  it('counts tokens that are no text, passes no empty piece on, and keeps the reason of its source', async () => {
    async function* source(): Completion {
      yield 'a';
      yield '';
      yield 'ż';
      return { reason: 'length', unsaidTokens: 1 };
    }
    expect(await collect(limitAnswer(source(), -1, []))).toEqual([
      ['a', 'ż'],
      { reason: 'length', tokens: 4 },
    ]);
  });
});
