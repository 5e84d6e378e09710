import { FakeRocketChat } from '../../test/support/fakes/fake-rocket-chat/fake-rocket-chat';
import { VirtualClock } from '../../test/support/virtual-clock';
import { SystemRandom } from '../shared/system-random';
import { ChatError } from './chat-error';
import { MessageSync } from './message-sync';
import { RestChatApi } from './rest-chat-api';

const T = Date.UTC(2026, 5, 1);

function refusalOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
}

describe(MessageSync.name, () => {
  let fake: FakeRocketChat;
  let sut: RestChatApi;

  beforeEach(async () => {
    fake = await FakeRocketChat.start();
    const clock = new VirtualClock(Date.now());
    sut = new RestChatApi({
      url: fake.url,
      username: 'system-bot',
      password: 'secret',
      clock,
      random: new SystemRandom(),
    });
  });

  afterEach(async () => {
    sut.close();
    await fake.close();
  });

  const say = (text: string, at: number): void => void fake.state.say('GENERAL', 'anna-id', text, { ts: at });
  const texts = async (since: number): Promise<string[]> =>
    (await sut.syncMessages('GENERAL', since)).messages.map((message) => message.text);

  it('includes the very moment asked for, oldest change first', async () => {
    say('before', T - 1);
    say('at', T);
    say('after', T + 1);
    expect(await texts(T)).toEqual(['at', 'after']);
  });

  it('loses nothing where a page ends inside a millisecond', async () => {
    for (let index = 0; index < 350; index += 1) say(`${index}`, T + Math.floor(index / 3));
    const found = await texts(T);
    expect(found).toHaveLength(350);
    expect(new Set(found).size).toBe(350);
    expect(fake.asked('GET chat.syncMessages').length).toBeLessThan(8);
  });

  it('takes the unbounded form where one millisecond fills more than a page', async () => {
    for (let index = 0; index < 250; index += 1) say(`${index}`, T);
    expect(await texts(T)).toHaveLength(250);
  });

  it('tells the newest state once, and nothing of what was deleted', async () => {
    const first = fake.state.say('GENERAL', 'anna-id', 'first');
    const second = fake.state.say('GENERAL', 'anna-id', 'second');
    fake.state.change(first._id, 'first, edited');
    fake.state.remove(second._id);
    const page = await sut.syncMessages('GENERAL', first.ts);
    expect(page.messages.map((message) => message.text)).toEqual(['first, edited']);
    expect(fake.asked('GET chat.syncMessages')).toHaveLength(1);
  });

  it('falls back to the unbounded form where paging is refused, and remembers', async () => {
    fake.faults.noPaging = true;
    say('one', T);
    say('two', T + 1);
    expect(await texts(T)).toEqual(['one', 'two']);
    expect(await texts(T + 1)).toEqual(['two']);
    expect(fake.asked('GET chat.syncMessages').filter((request) => request.query.has('type'))).toHaveLength(
      1,
    );
  });

  it('falls back where the server pages from the newest end', async () => {
    const rows = [3, 2, 1].map((at) => ({
      _id: `m${at}`,
      rid: 'r',
      u: { _id: 'u' },
      ts: T + at,
      _updatedAt: T + at,
    }));
    const call = jest.fn((query: Record<string, unknown>) =>
      Promise.resolve(
        'type' in query ? { updated: rows.slice(0, 2), cursor: { next: String(T + 3) } } : { updated: rows },
      ),
    );
    const page = await new MessageSync(new VirtualClock(), call).since('r', T);
    expect(page.messages.map((message) => message.id)).toEqual(['m1', 'm2', 'm3']);
  });

  it('waits out a limit met halfway, and reports one met at once', async () => {
    const clock = new VirtualClock();
    const limited = new ChatError('rate-limited', 'slow', { retryAfterMs: 5_000 });
    const row = (at: number): unknown => ({
      _id: `m${at}`,
      rid: 'r',
      u: { _id: 'u' },
      ts: at,
      _updatedAt: at,
    });
    const call = jest
      .fn()
      .mockResolvedValueOnce({ updated: [row(T)], cursor: { next: String(T) } })
      .mockRejectedValueOnce(limited)
      .mockResolvedValueOnce({ updated: [row(T), row(T + 1)], cursor: { next: null } })
      .mockRejectedValueOnce(limited);
    const sync = new MessageSync(clock, call);
    const pages = sync.since('r', T);
    await clock.advance(5_000);
    expect((await pages).messages.map((message) => message.id)).toEqual([`m${T}`, `m${T + 1}`]);
    await expect(sync.since('r', T)).rejects.toBe(limited);
  });

  it('waits a minute for one page at most', async () => {
    const clock = new VirtualClock();
    const limited = (retryAfterMs: number): ChatError =>
      new ChatError('rate-limited', 'slow', { retryAfterMs });
    const row = { _id: 'm', rid: 'r', u: { _id: 'u' }, ts: T, _updatedAt: T };
    const call = jest
      .fn()
      .mockResolvedValueOnce({ updated: [row], cursor: { next: String(T) } })
      .mockRejectedValueOnce(limited(40_000))
      .mockRejectedValueOnce(limited(30_000));
    const pages = refusalOf(new MessageSync(clock, call).since('r', T));
    await clock.advance(40_000);
    expect(await pages).toMatchObject({ details: { retryAfterMs: 30_000 } });
    expect(clock.timers).toBe(0);
  });

  it('passes other failures on', async () => {
    fake.state.rooms.delete('GENERAL');
    await expect(texts(T)).rejects.toMatchObject({ kind: 'room-not-found' });
    fake.faults.proxyPage = Infinity;
    await expect(texts(T)).rejects.toMatchObject({ kind: 'unreachable' });
  });
});
