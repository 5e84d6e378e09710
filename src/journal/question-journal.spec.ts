import fc from 'fast-check';
import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { AnswerJournal } from './answer-journal';
import { TERMINAL_STATES, type Attempt, type NewQuestion, type QuestionState } from './journal.types';
import { QuestionJournal } from './question-journal';

describe(QuestionJournal.name, () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let bus: EventBus;
  let sut: QuestionJournal;
  let answers: AnswerJournal;
  let accepted: string[];
  let finished: [string, QuestionState][];
  let fenced: number[];

  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    bus = new EventBus();
    sut = new QuestionJournal(store, bus, clock);
    answers = new AnswerJournal(store);
    accepted = [];
    finished = [];
    fenced = [];
    bus.on('question.accepted', ({ id }) => void accepted.push(id));
    bus.on('question.finished', ({ id, state }) => void finished.push([id, state]));
    bus.on('answer.fenced', ({ number }) => void fenced.push(number));
  });
  afterEach(() => store.close());

  const question = (id: string, rest: Partial<NewQuestion> = {}): NewQuestion => ({
    id,
    kind: 'question',
    roomId: 'room',
    lane: 'lane',
    authorId: 'ann',
    authorName: 'ann',
    text: `text of ${id}`,
    at: clock.now(),
    ...rest,
  });
  const queue = (id: string, rest?: Partial<NewQuestion>): Promise<boolean> =>
    sut.accept(question(id, rest), { state: 'queued' });
  const begin = async (id: string, coreId = 1): Promise<Attempt> => {
    const attempt = await sut.beginAttempt(id, 1, coreId, 0);
    if (!attempt) throw new Error(`no attempt at ${id}`);
    return attempt;
  };
  const state = async (id: string): Promise<QuestionState | undefined> => (await sut.find(id))?.state;
  const part = (text: string, postId = `post ${text}`): { postId: string; text: string } => ({
    postId,
    text,
  });

  describe('accept', () => {
    it('keeps the first verdict, however often the message comes', async () => {
      expect(await queue('a')).toBe(true);
      expect(await queue('a', { text: 'another' })).toBe(false);
      expect(await sut.accept(question('a'), { state: 'rejected', reason: 'x' })).toBe(false);
      expect(await sut.find('a')).toMatchObject({ state: 'queued', text: 'text of a' });
      expect(accepted).toEqual(['a']);
    });

    it('remembers what is not for us without its words', async () => {
      await sut.accept(question('a'), { state: 'ignored', reason: 'not addressed' });
      expect(await sut.find('a')).toMatchObject({ state: 'ignored', text: '', reason: 'not addressed' });
      expect(accepted).toEqual([]);
      expect(await sut.known('a')).toBe(true);
      expect(await sut.known('b')).toBe(false);
    });
  });

  it('takes a question that was answered before the journal began as finished', async () => {
    await sut.accept(question('a'), { state: 'posted', reason: 'answered before' });
    expect(await sut.find('a')).toMatchObject({ state: 'posted', finishedAt: clock.now() });
    expect(accepted).toEqual([]);
    expect(await sut.headOf('lane')).toBeUndefined();
  });

  describe('order', () => {
    it('is that of asking, not of arrival, and an unfinished head holds its lane', async () => {
      await queue('late', { at: 30 });
      await queue('first', { at: 10 });
      await queue('second', { at: 10 });
      await queue('elsewhere', { at: 1, lane: 'other' });
      expect((await sut.headOf('lane'))?.id).toBe('first');
      const attempt = await begin('first');
      expect((await sut.headOf('lane'))?.id).toBe('first');
      await sut.commitAnswer(attempt, [part('x')]);
      expect((await sut.headOf('lane'))?.state).toBe('generated');
      await sut.beginPosting('first');
      expect((await sut.headOf('lane'))?.state).toBe('posting');
      await sut.markPosted('first');
      expect((await sut.headOf('lane'))?.id).toBe('second');
      expect((await sut.unfinished()).map(({ id }) => id)).toEqual(['elsewhere', 'second', 'late']);
    });

    it('counts by state, room and author', async () => {
      await queue('a');
      await queue('b', { authorId: 'bob' });
      await queue('c', { roomId: 'r2' });
      await begin('c');
      expect(await sut.count(['queued'])).toBe(2);
      expect(await sut.count(['queued', 'generating'], 'r2')).toBe(1);
      expect(await sut.count(['queued'], undefined, 'bob')).toBe(1);
      expect(await sut.count(['queued'], 'r2', 'bob')).toBe(0);
    });
  });

  describe('attempts', () => {
    it('are numbered, and only the last may commit', async () => {
      await queue('a');
      const first = await begin('a', 1);
      const second = await begin('a', 2);
      expect([first.number, second.number]).toEqual([1, 2]);
      expect(await sut.commitAnswer(first, [part('old')])).toBe(false);
      expect(await sut.commitAnswer(second, [part('new')])).toBe(true);
      expect(await sut.commitAnswer(second, [part('again')])).toBe(false);
      expect(await answers.parts('a')).toMatchObject([{ text: 'new', posted: false }]);
      expect(fenced).toEqual([1, 2]);
    });

    it('cannot begin once the question has its text or its end', async () => {
      await queue('a');
      await sut.commitAnswer(await begin('a'), [part('x')]);
      expect(await sut.beginAttempt('a', 1, 1, 0)).toBeUndefined();
      await queue('b');
      await sut.cancel('b', 'stopped');
      expect(await sut.beginAttempt('b', 1, 1, 0)).toBeUndefined();
      expect(await sut.beginAttempt('nobody', 1, 1, 0)).toBeUndefined();
    });

    it('that were interrupted by a restart wait again and can no longer commit', async () => {
      await queue('a');
      await queue('b');
      const old = await begin('a');
      await sut.waitForRetry('b', clock.now() + 3_600_000, 'later');
      await queue('c');
      await sut.commitAnswer(await begin('c'), [part('c')]);
      expect(await sut.resetInterrupted()).toBe(2);
      expect([await state('a'), await state('b'), await state('c')]).toEqual([
        'queued',
        'queued',
        'generated',
      ]);
      expect(await sut.commitAnswer(old, [part('late')])).toBe(false);
      expect((await begin('a')).number).toBe(2);
    });

    it('leave a trail: what became of each', async () => {
      await queue('a');
      const first = await begin('a', 1);
      await sut.endAttempt(first, 'core 1 broke', 1);
      await sut.commitAnswer(await begin('a', 2), [part('x')]);
      expect(await store.all('SELECT number, core, outcome FROM attempts ORDER BY number')).toMatchObject([
        { number: 1, core: 1, outcome: 'core 1 broke' },
        { number: 2, core: 2, outcome: 'complete' },
      ]);
      expect((await sut.find('a'))?.fruitless).toBe(1);
    });
  });

  describe('compare-and-set', () => {
    const STEPS = ['begin', 'commit', 'stale', 'reply', 'cancel', 'bury', 'retry', 'reset', 'post'] as const;

    it('lets at most one text win and never leaves a terminal state, in any order of things', async () => {
      let count = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom(...STEPS), { maxLength: 14 }),
          fc.boolean(),
          async (steps, together) => {
            const id = `q${++count}`;
            await queue(id);
            const attempts: Attempt[] = [];
            const wins: string[] = [];
            let end: QuestionState | undefined;
            const win = async (work: Promise<boolean>, text: string): Promise<void> => {
              if (await work) wins.push(text);
            };
            const step = async (name: (typeof STEPS)[number], index: number): Promise<void> => {
              const current = attempts.at(-1);
              const text = `${name} ${index}`;
              if (name === 'begin') {
                const attempt = await sut.beginAttempt(id, 1, 1, 0);
                if (attempt) attempts.push(attempt);
              } else if (name === 'commit' && current)
                await win(sut.commitAnswer(current, [part(text)]), text);
              else if (name === 'stale' && attempts.length > 1 && attempts[0])
                expect(await sut.commitAnswer(attempts[0], [part(text)])).toBe(false);
              else if (name === 'reply') await win(sut.commitReply(id, [part(text)]), text);
              else if (name === 'cancel') await sut.cancel(id, 'c');
              else if (name === 'bury') await sut.bury(id, 'b');
              else if (name === 'retry') await sut.waitForRetry(id, 0, 'r');
              else if (name === 'reset') await sut.resetInterrupted();
              else if (name === 'post') {
                await sut.beginPosting(id);
                await sut.markPosted(id);
              }
              const now = await state(id);
              if (end !== undefined) expect(now).toBe(end);
              if (now && TERMINAL_STATES.includes(now)) end = now;
            };
            if (together) await Promise.all(steps.map(step));
            else for (const [index, name] of steps.entries()) await step(name, index);

            expect(wins.length).toBeLessThanOrEqual(1);
            expect((await answers.parts(id)).map(({ text }) => text)).toEqual(wins);
            expect(finished.filter(([each]) => each === id).length).toBe(end ? 1 : 0);
            if (await state(id)) expect((await state(id)) === 'posted' ? wins.length : 1).toBe(1);
          },
        ),
        { numRuns: 300, seed: 3 },
      );
    });

    it('replaces the text of a question only while it waits', async () => {
      await queue('a');
      expect(await sut.replaceText('a', 'new words')).toBe(true);
      await begin('a');
      expect(await sut.replaceText('a', 'too late')).toBe(false);
      expect((await sut.find('a'))?.text).toBe('new words');
    });
  });

  describe('dead letters', () => {
    it('go back into their lane, or away, and nothing else does', async () => {
      await queue('a');
      await queue('b');
      for (const id of ['a', 'b']) await sut.bury(id, 'three attempts');
      expect((await sut.list(['dead'], 10)).map(({ id }) => id)).toEqual(['a', 'b']);
      accepted.length = 0;
      expect(await sut.requeue('a')).toMatchObject({ state: 'queued', fruitless: 0 });
      expect(accepted).toEqual(['a']);
      await sut.discard('b', 'not wanted');
      expect(await state('b')).toBe('cancelled');
      await expect(sut.requeue('a')).rejects.toMatchObject({ code: 'MESSAGE_STATE_CONFLICT' });
      await expect(sut.discard('b', 'x')).rejects.toMatchObject({ code: 'MESSAGE_STATE_CONFLICT' });
      await expect(sut.requeue('nobody')).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    });

    it('of which cores died are no longer suspects when they are tried again', async () => {
      await queue('a');
      await sut.suspect('a', 2);
      await sut.bury('a', 'cores die of it');
      expect((await sut.list(['dead'], 10))[0]).toMatchObject({ id: 'a', deaths: 2 });
      expect(await sut.requeue('a')).toMatchObject({ state: 'queued', deaths: 0 });
    });

    it('with a finished answer are posted again, not generated again', async () => {
      await queue('a');
      await sut.commitAnswer(await begin('a'), [part('one'), part('two')]);
      await sut.beginPosting('a');
      await answers.markPosted('a', 0);
      await sut.bury('a', 'the room is closed');
      expect((await sut.requeue('a')).state).toBe('generated');
      expect((await answers.parts('a')).map(({ posted }) => posted)).toEqual([true, false]);
    });
  });
});
