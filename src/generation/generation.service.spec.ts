import { Logger } from '@nestjs/common';
import { CoreBench, type Answering, type BenchOptions } from '../../test/support/core-bench';
import type { Evidence } from '../core-registry/core.types';
import type { OllamaErrorKind } from '../ollama/ollama-error';
import './generation.events';
import { GenerationService } from './generation.service';

const TEXT = 'The sea is wide and blue, and it has no end that a person in a boat could see.';

describe(GenerationService.name, () => {
  let bench: CoreBench;
  let evidence: Evidence[];

  const unwatched = async (options?: BenchOptions, text = TEXT): Promise<void> => {
    bench = await CoreBench.unwatched(options);
    evidence = [];
    bench.bus.on('core.evidence-reported', (each) => void evidence.push(each));
    for (const { id } of bench.registry.all()) bench.core(id).answer = () => text;
  };
  /** Nobody judges, so a core that failed stays `ready` and is only avoided. */
  const finish = async ({ result }: Answering): ReturnType<typeof bench.generation.generate> =>
    bench.during(result);
  const neverShrinks = (shown: string[]): void => {
    for (const [index, text] of shown.entries())
      expect(text.length).toBeGreaterThanOrEqual(shown[index - 1]?.length ?? 0);
  };

  beforeAll(() => void Logger.overrideLogger(false));
  afterEach(async () => {
    await bench.end();
    expect(bench.clock.timers).toBe(0);
    expect(bench.registry.all().map(({ inFlight }) => inFlight)).toEqual(bench.registry.all().map(() => 0));
    expect(bench.dispatcher.waiting).toBe(0);
    await bench.store.close();
  });

  describe('success', () => {
    it('is the final line: the text grows from word to word and comes whole', async () => {
      await unwatched();
      const answering = await bench.answering();
      expect(await finish(answering)).toMatchObject({
        outcome: 'complete',
        text: TEXT,
        continued: 0,
        restarted: 0,
        lengthLimited: false,
        attempt: { number: 1, epoch: 1, coreId: 1 },
      });
      expect(answering.shown.at(0)).toBe('The');
      expect(answering.shown.at(-1)).toBe(TEXT);
      expect(evidence).toEqual([]);
    });

    it('tells when the length limit cut the answer', async () => {
      await unwatched({ numPredict: 5 });
      const answering = await bench.answering();
      expect(await finish(answering)).toMatchObject({ text: 'The sea is wide and', lengthLimited: true });
    });

    it('teaches the speed that shapes the next deadline', async () => {
      await unwatched();
      await finish(await bench.answering());
      const { speed } = bench.view(1);
      expect(speed.promptTokensPerSecond).toBeCloseTo(500);
      expect(speed.tokensPerSecond).toBeCloseTo(50, -2);
      bench.core(1).faults.push({ afterCharacters: 0, kind: 'silence' });
      const answering = await bench.answering('short');
      await bench.clock.advance(9_900);
      expect(evidence).toEqual([]);
      await finish(answering);
      expect(evidence).toMatchObject([{ coreId: 1, kind: 'first-token-timeout' }]);
    });
  });

  describe('a break', () => {
    it.each<[OllamaErrorKind, number, string]>([
      ['truncated', 30, 'truncated'],
      ['in-stream', 30, 'in-stream-error'],
      ['in-stream', 0, 'in-stream-error'],
      ['malformed', 30, 'malformed'],
      ['reset', 30, 'reset'],
      ['refused', 0, 'refused'],
      ['timeout', 0, 'refused'],
      ['server-error', 0, 'server-error'],
      ['model-missing', 0, 'model-missing'],
    ])('%s after %i characters is evidence and goes on with the next core', async (kind, at, seen) => {
      await unwatched();
      bench.core(1).faults.push({ afterCharacters: at, kind });
      const answering = await bench.answering();
      expect(await finish(answering)).toMatchObject({
        outcome: 'complete',
        text: TEXT,
        attempt: { number: 2, coreId: 2 },
      });
      expect(evidence).toMatchObject([{ coreId: 1, kind: seen }]);
      neverShrinks(answering.shown);
    });

    it('by silence in the middle is noticed after the stall deadline', async () => {
      await unwatched();
      bench.core(1).faults.push({ afterCharacters: 30, kind: 'silence' });
      const answering = await bench.answering();
      const took = await bench.timeUntil(() => bench.core(2).chats.length === 1, 8_000);
      expect(took).toBeGreaterThan(5_000);
      expect(took).toBeLessThan(5_500);
      await finish(answering);
      expect(evidence).toMatchObject([{ coreId: 1, kind: 'stall' }]);
    });

    it('by silence before the first token is noticed after 30 s on an unmeasured core', async () => {
      await unwatched();
      bench.core(1).faults.push({ afterCharacters: 0, kind: 'silence' });
      const answering = await bench.answering();
      const took = await bench.timeUntil(() => bench.core(2).chats.length === 1, 40_000);
      expect(took).toBeCloseTo(30_000, -2);
      await finish(answering);
    });

    it('by a verdict of the monitor needs no deadline', async () => {
      await unwatched();
      bench.core(1).faults.push({ afterCharacters: 30, kind: 'silence' });
      const answering = await bench.answering();
      await bench.clock.advance(1_000);
      bench.registry.setState(1, 'down', 'its process died');
      await bench.clock.advance(0);
      expect(bench.core(2).chats).toHaveLength(1);
      expect(await finish(answering)).toMatchObject({ text: TEXT, continued: 1 });
      expect(evidence).toEqual([]);
    });

    it('by a verdict that comes while the attempt is being written down is not overlooked', async () => {
      await unwatched();
      const begin = bench.journal.beginAttempt.bind(bench.journal);
      jest.spyOn(bench.journal, 'beginAttempt').mockImplementationOnce(async (...args) => {
        const attempt = await begin(...args);
        bench.core(1).freeze();
        bench.registry.setState(1, 'down', 'silent');
        return attempt;
      });
      const answering = await bench.answering();
      await bench.clock.advance(100);
      expect(bench.core(2).chats).toHaveLength(1);
      expect(await finish(answering)).toMatchObject({ outcome: 'complete', text: TEXT });
      bench.core(1).resume();
    });

    // The second as long as the silence that is borne: then the deadline comes up hardly late.
    it.each([25_000, 5_000])(
      'is not made of our own standing still for %i ms: tokens that wait in the socket are read first',
      async (ms) => {
        await unwatched();
        const answering = await bench.answering();
        await bench.clock.advance(200);
        bench.clock.stall(ms);
        expect(await finish(answering)).toMatchObject({ outcome: 'complete', attempt: { number: 1 } });
        expect(evidence).toEqual([]);
      },
    );
  });

  describe('continuation', () => {
    it('sends what stands, up to its last whole word, and lowers the token limit by what was spent', async () => {
      await unwatched({ numPredict: 100 });
      bench.core(1).faults.push({ afterCharacters: 38, kind: 'reset' });
      await finish(await bench.answering());
      const [request] = bench.core(2).chats;
      const partial = TEXT.slice(0, 38);
      expect(partial).toBe('The sea is wide and blue, and it has n');
      expect(request?.messages.at(-1)).toEqual({
        role: 'assistant',
        content: 'The sea is wide and blue, and it has',
      });
      expect(request?.options?.num_predict).toBeLessThanOrEqual(100 - 8);
      expect(request?.options?.num_predict).toBeGreaterThan(85);
      expect(request?.options?.num_ctx).toBe(4096);
    });

    it('is not tried on a core that begins anew: the text restarts, and never shrinks before people', async () => {
      await unwatched();
      bench.registry.update(2, { continues: false });
      bench.core(2).continues = false;
      bench.core(1).faults.push({ afterCharacters: 60, kind: 'reset' });
      const answering = await bench.answering();
      expect(await finish(answering)).toMatchObject({ text: TEXT, continued: 0, restarted: 1 });
      expect(bench.core(2).chats[0]?.messages.at(-1)?.role).toBe('user');
      neverShrinks(answering.shown);
    });

    it('is not tried where nobody verified it yet', async () => {
      await unwatched();
      bench.registry.update(2, { continues: undefined });
      bench.core(1).faults.push({ afterCharacters: 60, kind: 'reset' });
      expect(await finish(await bench.answering())).toMatchObject({ restarted: 1 });
    });

    it('goes on from the longest text, even after a fresh start elsewhere broke off sooner', async () => {
      await unwatched({ cores: 3 });
      bench.registry.update(2, { continues: false });
      bench.core(2).continues = false;
      bench.core(1).faults.push({ afterCharacters: 60, kind: 'reset' });
      bench.core(2).faults.push({ afterCharacters: 10, kind: 'reset' });
      bench.bus.on('generation.attempt-failed', ({ coreId }) =>
        bench.registry.setState(coreId, 'suspect', 'broke'),
      );
      const answering = await bench.answering();
      expect(await finish(answering)).toMatchObject({ text: TEXT, attempt: { number: 3, coreId: 3 } });
      expect(bench.core(3).chats[0]?.messages.at(-1)?.content).toBe(
        'The sea is wide and blue, and it has no end that a person',
      );
      neverShrinks(answering.shown);
    });

    it.each(['', ' ', '\n'])('keeps the last word where the next core has only %j to add', async (rest) => {
      await unwatched({}, 'It is the sea.');
      bench.core(1).faults.push({ afterCharacters: 14, kind: 'reset' });
      bench.core(2).answer = ({ messages }) => `${messages.at(-1)?.content ?? ''}${rest}`;
      expect(await finish(await bench.answering())).toMatchObject({ text: 'It is the sea.' });
    });
  });

  it('lets text of an old attempt commit nothing, and counts it', async () => {
    await unwatched();
    const fenced: number[] = [];
    bench.bus.on('answer.fenced', ({ number }) => void fenced.push(number));
    bench.core(1).faults.push({ afterCharacters: 30, kind: 'reset' });
    const answering = await bench.answering();
    const result = await finish(answering);
    if (result.outcome !== 'complete') throw new Error(result.outcome);
    const old = { ...result.attempt, number: 1, coreId: 1 };
    expect(await bench.journal.commitAnswer(old, [{ postId: 'x', text: 'late' }])).toBe(false);
    expect(fenced).toEqual([1]);
    expect(await bench.journal.commitAnswer(result.attempt, [{ postId: 'y', text: TEXT }])).toBe(true);
    expect(await bench.answers.parts(answering.id)).toMatchObject([{ postId: 'y', text: TEXT }]);
  });

  it('gives back what it holds where the journal fails', async () => {
    await unwatched();
    bench.core(1).faults.push({ afterCharacters: 30, kind: 'reset' });
    jest.spyOn(bench.journal, 'endAttempt').mockRejectedValueOnce(new Error('disk full'));
    const answering = await bench.answering();
    await expect(finish(answering)).rejects.toThrow('disk full');
    await bench.clock.advance(0);
  });
});
