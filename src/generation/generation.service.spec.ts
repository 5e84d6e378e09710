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

    it('is not made of our own standing still: tokens that wait in the socket are read first', async () => {
      await unwatched();
      const answering = await bench.answering();
      await bench.clock.advance(200);
      bench.clock.stall(25_000);
      expect(await finish(answering)).toMatchObject({ outcome: 'complete', attempt: { number: 1 } });
      expect(evidence).toEqual([]);
    });
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

  describe('giving up', () => {
    const breakAlways = (at: number, kind: OllamaErrorKind = 'reset'): void => {
      for (const { id } of bench.registry.all())
        for (let count = 0; count < 40; count++) bench.core(id).faults.push({ afterCharacters: at, kind });
    };

    it('comes after three attempts in a row that brought nothing', async () => {
      await unwatched();
      breakAlways(0);
      expect(await finish(await bench.answering())).toMatchObject({
        outcome: 'failed',
        reason: expect.stringContaining('3 attempts in a row brought nothing'),
        text: '',
      });
      expect(bench.core(1).chats.length + bench.core(2).chats.length).toBe(3);
      expect(await bench.journal.find('q1')).toMatchObject({ attempt: 3, fruitless: 3 });
    });

    it('is put off by progress', async () => {
      await unwatched();
      breakAlways(12);
      expect(await finish(await bench.answering())).toMatchObject({ outcome: 'complete', text: TEXT });
      expect((await bench.journal.find('q1'))?.attempt).toBeGreaterThan(5);
    });

    it('comes also where every attempt dies at the same place, though each writes text', async () => {
      await unwatched();
      for (const id of [1, 2]) bench.registry.update(id, { continues: false });
      for (const id of [1, 2]) bench.core(id).continues = false;
      breakAlways(40);
      const answering = await bench.answering();
      expect(await finish(answering)).toMatchObject({ outcome: 'failed', text: TEXT.slice(0, 40) });
      expect((await bench.journal.find('q1'))?.attempt).toBe(4);
    });

    it('comes at once where the core refuses the question itself', async () => {
      await unwatched();
      breakAlways(0, 'bad-request');
      expect(await finish(await bench.answering())).toMatchObject({
        outcome: 'failed',
        reason: expect.stringContaining('refused by the core'),
      });
      expect(evidence).toEqual([]);
      expect(bench.core(2).chats).toHaveLength(0);
    });

    it('comes after three answers without any text', async () => {
      await unwatched({}, '  ');
      expect(await finish(await bench.answering())).toMatchObject({
        outcome: 'failed',
        reason: expect.stringContaining('no text'),
      });
    });

    it('never comes because cores are full: it waits, a second at a time, for as long as it takes', async () => {
      await unwatched();
      for (const id of [1, 2])
        for (let count = 0; count < 40; count++)
          bench.core(id).faults.push({ afterCharacters: 0, kind: 'busy' });
      const answering = await bench.answering();
      const begun = bench.clock.monotonic();
      expect(await finish(answering)).toMatchObject({ outcome: 'complete', text: TEXT });
      expect(bench.clock.monotonic() - begun).toBeGreaterThan(79_000);
      expect(evidence.every(({ kind }) => kind === 'busy')).toBe(true);
    });
  });

  describe('waiting', () => {
    it('holds a question while no core is fit, and answers it when one is', async () => {
      await unwatched();
      for (const id of [1, 2]) bench.registry.setState(id, 'down', 'gone');
      const answering = await bench.answering();
      await bench.clock.advance(600_000);
      expect(bench.dispatcher.waiting).toBe(1);
      bench.registry.setState(2, 'ready', 'back');
      expect(await finish(answering)).toMatchObject({ outcome: 'complete', attempt: { coreId: 2 } });
    });

    it('gives out the slots of the best core first come, first served, and does not spill to the standby', async () => {
      await unwatched();
      const order: string[] = [];
      bench.bus.on('generation.attempt-started', ({ messageId }) => void order.push(messageId));
      const all = [await bench.answering(), await bench.answering(), await bench.answering()];
      expect(bench.dispatcher.waiting).toBe(2);
      for (const each of all) await finish(each);
      expect(order).toEqual(['q1', 'q2', 'q3']);
      expect(bench.core(2).chats).toHaveLength(0);
    });

    it('uses every slot a core has', async () => {
      await unwatched({ slots: 2 });
      const all = [await bench.answering(), await bench.answering(), await bench.answering()];
      expect(bench.view(1).inFlight).toBe(2);
      expect(bench.dispatcher.waiting).toBe(1);
      for (const each of all) await finish(each);
    });

    it.each(['reset', 'verdict'])(
      'lets an answer that was broken off by a %s go before those who have not begun',
      async (how) => {
        await unwatched();
        const first = await bench.answering();
        const others = [await bench.answering(), await bench.answering()];
        await bench.clock.advance(500);
        bench.bus.on('core.evidence-reported', ({ coreId }) =>
          bench.registry.setState(coreId, 'suspect', 'broke'),
        );
        if (how === 'reset') bench.core(1).kill();
        else bench.registry.setState(1, 'down', 'its process died');
        await bench.clock.advance(200);
        expect(bench.core(2).chats).toHaveLength(1);
        expect(bench.core(2).chats[0]?.messages.at(-1)?.role).toBe('assistant');
        expect(await finish(first)).toMatchObject({ continued: 1 });
        for (const each of others) expect(await finish(each)).toMatchObject({ outcome: 'complete' });
      },
    );

    it('lets it go first also when the only core comes back', async () => {
      await unwatched({ cores: 1 });
      const first = await bench.answering();
      const other = await bench.answering();
      await bench.clock.advance(500);
      bench.registry.setState(1, 'down', 'its process died');
      await bench.clock.advance(500);
      expect(bench.dispatcher.waiting).toBe(2);
      bench.registry.setState(1, 'ready', 'back');
      await bench.clock.advance(0);
      expect(bench.core(1).chats.at(-1)?.messages.at(-1)?.role).toBe('assistant');
      expect(await finish(first)).toMatchObject({ continued: 1 });
      expect(await finish(other)).toMatchObject({ outcome: 'complete' });
    });

    it('is told to the history as the time between the break and the next token', async () => {
      await unwatched();
      bench.core(1).faults.push({ afterCharacters: 30, kind: 'silence' });
      const answering = await bench.answering();
      await bench.timeUntil(() => bench.core(2).chats.length === 1, 8_000);
      await bench.registry.promote(2, { cause: 'c', evidence: 'e', by: 'automatic' });
      await finish(answering);
      const [{ waitedMs = 0 } = {}] = await bench.registry.history();
      expect(waitedMs).toBeGreaterThan(40);
      expect(waitedMs).toBeLessThan(200);
    });

    it('is not told to a switch that had nothing to do with it', async () => {
      await unwatched();
      await bench.registry.promote(2, { cause: 'old', evidence: 'e', by: 'automatic' });
      bench.core(2).faults.push({ afterCharacters: 30, kind: 'truncated' });
      await finish(await bench.answering());
      expect((await bench.registry.history())[0]?.waitedMs).toBeUndefined();
    });
  });

  describe('cancelling', () => {
    it('ends an answer under way and frees the core', async () => {
      await unwatched();
      const answering = await bench.answering();
      await bench.clock.advance(300);
      answering.abort.abort(new Error('stopped'));
      expect(await finish(answering)).toEqual({ outcome: 'cancelled' });
      expect(bench.view(1).inFlight).toBe(0);
    });

    it('ends the wait for a core', async () => {
      await unwatched();
      for (const id of [1, 2]) bench.registry.setState(id, 'down', 'gone');
      const answering = await bench.answering();
      answering.abort.abort(new Error('stopped'));
      expect(await finish(answering)).toEqual({ outcome: 'cancelled' });
    });

    it('ends the wait beside a full core at once', async () => {
      await unwatched();
      for (let count = 0; count < 5; count++) bench.core(1).faults.push({ afterCharacters: 0, kind: 'busy' });
      const answering = await bench.answering();
      const begun = bench.clock.monotonic();
      answering.abort.abort(new Error('stopped'));
      expect(await finish(answering)).toEqual({ outcome: 'cancelled' });
      expect(bench.clock.monotonic() - begun).toBeLessThan(50);
    });

    it('in the journal keeps an attempt from beginning', async () => {
      await unwatched();
      for (const id of [1, 2]) bench.registry.setState(id, 'down', 'gone');
      const answering = await bench.answering();
      await bench.journal.cancel(answering.id, 'stopped');
      bench.registry.setState(1, 'ready', 'back');
      expect(await finish(answering)).toEqual({ outcome: 'cancelled' });
      expect(bench.core(1).chats).toHaveLength(0);
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
