import { END, FakeSequence, lettersOf, tokenizeLetters } from '../../../test/engine/support/fake-engine';
import type { CompletionEnd } from './brain';
import { SequenceDriver } from './sequence-driver';

const model = { detokenize: lettersOf, isEogToken: (token: number) => token === END };

describe(SequenceDriver.name, () => {
  function build({ sequence = new FakeSequence(), contextSize = 1000, modelBytes = 1e6 } = {}) {
    const stopTokens = new Set([0]);
    return {
      sequence,
      sut: new SequenceDriver({ model, sequence, contextSize, modelBytes, stopTokens }),
    };
  }

  async function run(
    sut: SequenceDriver,
    prompt: string,
    signal = new AbortController().signal,
  ): Promise<{ text: string; end: CompletionEnd | undefined }> {
    const answer = sut.complete(tokenizeLetters(prompt, false), { temperature: 0 }, signal);
    let text = '';
    for (;;) {
      const step = await answer.next();
      if (step.done) return { text, end: step.value };
      text += step.value;
    }
  }

  it('reads the prompt in pieces, all but its last token, and counts the end token', async () => {
    const { sut, sequence } = build();
    expect(await run(sut, 'x'.repeat(40))).toEqual({
      text: 'Hello',
      end: { reason: 'stop', unsaidTokens: 1 },
    });
    expect(sequence.pieces).toEqual([16, 16, 7]);
  });

  it('takes smaller pieces for a larger model', async () => {
    const { sut, sequence } = build({ modelBytes: 1e9 });
    await run(sut, 'x'.repeat(20));
    expect(sequence.pieces).toEqual([8, 8, 3]);
  });

  it('does not read again what the sequence holds already', async () => {
    const { sut, sequence } = build();
    await run(sut, 'x'.repeat(40));
    sequence.pieces.length = 0;
    await run(sut, `${'x'.repeat(40)}yz`);
    expect(sequence.pieces.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(2);
  });

  it('stops between two pieces', async () => {
    const abort = new AbortController();
    const sequence = new FakeSequence(undefined, () => abort.abort());
    const { sut } = build({ sequence });
    expect(await run(sut, 'x'.repeat(100), abort.signal)).toEqual({ text: '', end: undefined });
    expect(sequence.pieces).toEqual([16]);
  });

  it('stops at a token that opens another turn', async () => {
    const sequence = new FakeSequence([
      ...tokenizeLetters('Hi', false),
      0,
      ...tokenizeLetters('never', false),
    ]);
    const { sut } = build({ sequence });
    expect(await run(sut, 'x')).toEqual({ text: 'Hi', end: { reason: 'stop', unsaidTokens: 1 } });
  });

  it('ends with the context, which it never lets shift', async () => {
    const sequence = new FakeSequence(tokenizeLetters('a'.repeat(100), false));
    const { sut } = build({ sequence, contextSize: 32 });
    const { text, end } = await run(sut, 'x'.repeat(20));
    expect(end).toEqual({ reason: 'length', unsaidTokens: 0 });
    expect(sequence.nextTokenIndex).toBe(31);
    expect(text).toHaveLength(12);
  });

  it('forgets a sequence that failed while it read', async () => {
    const sequence = new FakeSequence(undefined, () => {
      throw new Error('no memory');
    });
    const { sut } = build({ sequence });
    await expect(run(sut, 'x'.repeat(40))).rejects.toThrow('no memory');
    expect(sequence.cleared).toBe(1);
  });

  it('judges repetition by the prompt and by what was said', async () => {
    const { sut, sequence } = build();
    await run(sut, 'abc');
    expect(lettersOf(sequence.lastOptions?.repeatPenalty?.punishTokens() ?? [])).toBe('abcHello');
  });
});
