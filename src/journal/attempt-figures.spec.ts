import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { AttemptFigures } from './attempt-figures';
import type { Attempt } from './journal.types';
import { QuestionJournal } from './question-journal';

const DAY = 86_400_000;

describe(AttemptFigures.name, () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let journal: QuestionJournal;
  let sut: AttemptFigures;

  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    journal = new QuestionJournal(store, new EventBus(), clock);
    sut = new AttemptFigures(store, clock);
  });
  afterEach(() => store.close());

  const begin = async (messageId: string, continuedFrom = 0): Promise<Attempt> => {
    const question = { id: messageId, kind: 'question', text: 'Why?', at: clock.now() } as const;
    const place = { roomId: 'r', lane: 'r', authorId: 'ann', authorName: 'ann' };
    await journal.accept({ ...question, ...place }, { state: 'queued' });
    const attempt = await journal.beginAttempt(messageId, 1, 1, continuedFrom);
    if (!attempt) throw new Error('no attempt');
    return attempt;
  };
  const commit = (attempt: Attempt): Promise<boolean> =>
    journal.commitAnswer(attempt, [{ postId: `p${attempt.messageId}`, text: 'Because.' }]);
  const outcomes = async (): Promise<(string | null)[]> =>
    (
      await store.all<{ outcome: string | null }>('SELECT outcome FROM attempts ORDER BY message_id, number')
    ).map(({ outcome }) => outcome);

  it('counts answers, and the questions that took more than one attempt, each once', async () => {
    await commit(await begin('whole'));
    await begin('continued twice');
    await begin('continued twice', 30);
    await commit(await begin('continued twice', 90));
    await begin('begun anew');
    await commit(await begin('begun anew'));
    await begin('both');
    await begin('both', 20);
    await begin('both');
    expect(await sut.since(0)).toEqual({
      ...{ given: 3, continued: 2, restarted: 2, fenced: 0 },
      since: clock.now() - 30 * DAY,
    });
  });

  it('counts a text that came when another attempt held the right, and keeps what that one did', async () => {
    const late = await begin('a');
    const current = await begin('a');
    expect(await commit(late)).toBe(false);
    expect(await commit(current)).toBe(true);
    expect(await outcomes()).toEqual(['fenced', 'complete']);
    expect(await sut.since(0)).toMatchObject({ given: 1, fenced: 1 });
  });

  it('counts a text for a question that its author took back', async () => {
    const attempt = await begin('a');
    await journal.cancel('a', 'deleted');
    await commit(attempt);
    expect(await sut.since(0)).toMatchObject({ given: 0, fenced: 1 });
  });

  it('does not take an answer that is committed a second time for a late one', async () => {
    const attempt = await begin('a');
    await commit(attempt);
    expect(await commit(attempt)).toBe(false);
    expect(await outcomes()).toEqual(['complete']);
  });

  it('counts nothing of a reply that no core wrote', async () => {
    const { messageId } = await begin('a');
    await journal.commitReply(messageId, [{ postId: 'p', text: 'Sorry.' }]);
    expect(await sut.since(0)).toMatchObject({ given: 0, fenced: 0 });
  });

  it('counts what began since the moment asked for, and tells from when it is remembered', async () => {
    await commit(await begin('old'));
    await clock.advance(DAY);
    const moment = clock.now();
    await commit(await begin('new'));
    expect(await sut.since(moment)).toMatchObject({ given: 1, since: moment });
    expect(await sut.since(moment - 40 * DAY)).toMatchObject({ given: 2, since: moment - 30 * DAY });
  });

  it('is all nothing where nothing was asked', async () => {
    expect(await sut.since(clock.now())).toEqual({
      ...{ given: 0, continued: 0, restarted: 0, fenced: 0 },
      since: clock.now(),
    });
  });
});
