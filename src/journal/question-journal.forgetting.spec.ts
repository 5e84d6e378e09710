import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { AnswerJournal } from './answer-journal';
import { QuestionJournal } from './question-journal';
import { Watermarks } from './watermarks';

const HOUR = 3_600_000;

describe(`${QuestionJournal.name}, forgetting`, () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let sut: QuestionJournal;
  let answers: AnswerJournal;

  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    sut = new QuestionJournal(store, new EventBus(), clock);
    answers = new AnswerJournal(store);
  });
  afterEach(() => store.close());

  const queue = (id: string): Promise<boolean> => {
    const author = { authorId: 'ann', authorName: 'ann' };
    const place = { roomId: 'room', lane: 'lane', at: clock.now() };
    return sut.accept(
      { id, kind: 'question', text: `text of ${id}`, ...author, ...place },
      { state: 'queued' },
    );
  };
  const finish = async (id: string): Promise<void> => {
    await queue(id);
    const attempt = await sut.beginAttempt(id, 1, 1, 0);
    if (!attempt) throw new Error(`no attempt at ${id}`);
    await sut.commitAnswer(attempt, [{ postId: `post of ${id}`, text: 'secret' }]);
    await sut.beginPosting(id);
    await sut.markPosted(id);
  };

  it('forgets texts of finished questions after a day and rows after thirty, dead letters’ texts last', async () => {
    await finish('posted');
    for (const id of ['dead', 'open']) await queue(id);
    await sut.bury('dead', 'poison');
    await clock.advance(25 * HOUR);
    await sut.prune();
    expect((await sut.find('posted'))?.text).toBe('');
    expect((await answers.parts('posted'))[0]?.text).toBe('');
    expect((await sut.find('dead'))?.text).toBe('text of dead');
    await clock.advance(30 * 24 * HOUR);
    await sut.prune();
    expect(await sut.find('posted')).toBeUndefined();
    expect(await sut.find('dead')).toBeUndefined();
    expect((await sut.find('open'))?.text).toBe('text of open');
    expect(await store.all('SELECT * FROM attempts')).toEqual([]);
    expect(await store.all('SELECT * FROM answers')).toEqual([]);
  });

  it('forgets a slice at a time and says whether there is more', async () => {
    for (const id of ['a', 'b', 'c']) await finish(id);
    await clock.advance(25 * HOUR);
    const worded = async (): Promise<number> =>
      (await store.all("SELECT 1 FROM inbox WHERE text <> ''")).length;
    expect(await sut.prune(2)).toBe(true);
    expect(await worded()).toBe(1);
    expect(await sut.prune(2)).toBe(false);
    expect(await worded()).toBe(0);
    await clock.advance(30 * 24 * HOUR);
    expect(await sut.prune(2)).toBe(true);
    expect((await store.all('SELECT * FROM inbox')).length).toBe(1);
    expect((await store.all('SELECT * FROM answers')).length).toBe(1);
    expect(await sut.prune(2)).toBe(false);
    for (const table of ['inbox', 'answers', 'attempts'])
      expect(await store.all(`SELECT * FROM ${table}`)).toEqual([]);
  });

  it.each([
    [
      'the head of a lane',
      'inbox_open_lane',
      "SELECT * FROM inbox WHERE lane = ? AND state IN ('queued', 'generating', 'retry-wait', 'generated', 'posting') ORDER BY at, accepted_at, rowid LIMIT 1",
    ],
    [
      'what is old',
      'inbox_finished',
      'SELECT rowid FROM inbox WHERE finished_at < ? ORDER BY finished_at, rowid LIMIT 9',
    ],
    [
      'old texts',
      'inbox_worded',
      "SELECT rowid FROM inbox WHERE text <> '' AND state <> 'dead' AND finished_at < ? LIMIT 9",
    ],
  ])('finds %s without reading the history', async (_what, index, sql) => {
    const plan = await store.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, 1);
    expect(plan[0]?.detail).toContain(index);
  });

  it('counts messages as history before it forgets them, so that a reaction cannot bring one back as new', async () => {
    const marks = new Watermarks(store);
    await marks.open('room', clock.now());
    const asked = clock.now() + 1;
    await clock.advance(31 * 24 * HOUR);
    await sut.prune();
    expect(await marks.since('room')).toBeGreaterThan(asked);
    expect(await marks.since('room')).toBeLessThan(clock.now() - 28 * 24 * HOUR);
  });
});
