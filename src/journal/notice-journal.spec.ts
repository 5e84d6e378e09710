import { memoryStore } from '../../test/support/memory-store';
import { VirtualClock } from '../../test/support/virtual-clock';
import { EventBus } from '../events/event-bus';
import type { LibsqlStore } from '../storage/libsql-store';
import { AnswerJournal } from './answer-journal';
import { NoticeJournal } from './notice-journal';
import { PostIdKey } from './post-id';

describe(NoticeJournal.name, () => {
  let store: LibsqlStore;
  let clock: VirtualClock;
  let sut: NoticeJournal;

  beforeEach(async () => {
    store = await memoryStore();
    clock = new VirtualClock();
    sut = new NoticeJournal(store, new EventBus(), clock, new PostIdKey(Buffer.alloc(32)));
  });
  afterEach(() => store.close());

  const keys = async (): Promise<string[]> => (await sut.due()).map(({ key }) => key);
  const notice = (key: string): { key: string; roomId: string; text: string } => ({
    key,
    roomId: 'r',
    text: `text of ${key}`,
  });

  it('writes one notice per key, with an id derived from it', async () => {
    expect(await sut.write([notice('a'), notice('b')])).toBe(2);
    expect(await sut.write([{ ...notice('a'), text: 'again' }, notice('b')])).toBe(0);
    const [first] = await sut.due();
    expect(first).toMatchObject({ key: 'a', text: 'text of a', attempts: 0 });
    expect(first?.postId).toMatch(/^\w{20}$/);
    expect(await keys()).toEqual(['a', 'b']);
    expect(await new AnswerJournal(store).isNotice(first?.postId ?? '')).toBe(true);
    expect(await new AnswerJournal(store).isNotice('other')).toBe(false);
  });

  it('stands or falls with the transaction it is written in', async () => {
    const broken = store.transaction(async (tx) => {
      await sut.write([notice('a')], tx);
      throw new Error('crash');
    });
    await expect(broken).rejects.toThrow('crash');
    expect(await keys()).toEqual([]);
  });

  it('is due until it is posted or given up, later after a failure', async () => {
    await sut.write(['a', 'b', 'c'].map(notice));
    await sut.markPosted('a');
    await sut.giveUp('b');
    await sut.retryAt('c', clock.now() + 5_000);
    expect(await keys()).toEqual([]);
    await clock.advance(5_000);
    expect(await sut.due()).toMatchObject([{ key: 'c', attempts: 1 }]);
  });

  it('is held back where its room is not known, and tells how long it has waited', async () => {
    await sut.write([notice('a'), { ...notice('b'), roomId: 'other' }]);
    expect((await sut.due('r')).map(({ key }) => key)).toEqual(['b']);
    expect((await sut.due(undefined, 1)).map(({ key }) => key)).toEqual(['a']);
    await clock.advance(1_000);
    expect(await sut.waitingSince('r', clock.now() - 1_000)).toEqual([]);
    expect(await sut.waitingSince('r', clock.now() - 999)).toEqual(['a']);
    await sut.giveUp('a');
    expect(await sut.waitingSince('r', clock.now())).toEqual([]);
  });

  it('is due although its time lies in a future that the clock was put back from', async () => {
    await sut.write([notice('a')]);
    await sut.retryAt('a', clock.now() + 30_000);
    clock.jumpWall(-3_600_000);
    expect(await keys()).toEqual(['a']);
  });

  it('forgets what is done after thirty days, and nothing that still waits', async () => {
    await sut.write(['a', 'b'].map(notice));
    await sut.markPosted('a');
    await clock.advance(31 * 24 * 3_600_000);
    await sut.prune();
    expect(await store.all('SELECT key FROM notices')).toMatchObject([{ key: 'b' }]);
  });
});
