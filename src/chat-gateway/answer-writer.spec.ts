import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import { CrashPoints } from '../shared/crash-points';
import { AnswerWriter } from './answer-writer';
import { PostService } from './post.service';

describe(AnswerWriter.name, () => {
  let bench: GatewayBench;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await GatewayBench.create();
    bench.chat.addRoom('room');
  });
  afterEach(async () => {
    expect(bench.clock.timers).toBe(0);
    await bench.close();
  });

  const writer = async (maxLength = 4_800, mayStand = false): Promise<AnswerWriter> => {
    const tools = {
      posts: bench.get(PostService),
      ids: bench.ids,
      clock: bench.clock,
      crash: new CrashPoints(),
      maxLength,
    };
    return new AnswerWriter(await bench.question('q'), tools, mayStand);
  };
  const id = (part = 0): string => bench.ids.answer('room', 'q', part);
  const versions = (part = 0): { text: string; at: number }[] => bench.chat.versions.get(id(part)) ?? [];

  it('does not shorten what a run before a crash left standing: it catches up first', async () => {
    const before = await writer();
    before.show('a half written answer, forty characters.');
    await bench.clock.advance(100);
    await bench.during(before.close());
    const sut = await writer(4_800, true);
    sut.show('a half');
    await bench.clock.advance(1_500);
    expect(versions()).toHaveLength(1);
    sut.show('a half written answer, forty characters. And more.');
    await bench.clock.advance(1_500);
    expect(versions().at(-1)?.text).toBe('a half written answer, forty characters. And more. ▍');
    await bench.during(sut.close());
  });

  it('shows the first words at once, then edits at most once a second, always with the newest text', async () => {
    const sut = await writer();
    let text = '';
    for (let index = 0; index < 100; index++) {
      text += ` w${index}`;
      sut.show(text);
      await bench.clock.advance(50);
    }
    await bench.during(sut.close());
    const seen = versions();
    expect(seen[0]?.at).toBeLessThan(20);
    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(seen.length).toBeLessThanOrEqual(6);
    for (const [index, { at }] of seen.slice(1).entries())
      expect(at - (seen[index]?.at ?? 0)).toBeGreaterThanOrEqual(995);
    expect(seen.at(-1)?.text).toMatch(/ w99 ▍$/);
    expect(sut.began).toBe(true);
  });

  it('shows the first words in the same turn in which they come', async () => {
    const sut = await writer();
    const ensure = jest.spyOn(bench.get(PostService), 'ensure');
    sut.show('one');
    expect(ensure).toHaveBeenCalledTimes(1);
    await bench.during(sut.close());
    expect(versions().map(({ text }) => text)).toEqual(['one ▍']);
  });

  it('loses no second to a core that repeats what stands there before it goes on', async () => {
    const sut = await writer();
    sut.show('one');
    await bench.clock.advance(3_000);
    sut.show('one');
    await bench.clock.advance(20);
    sut.show('one two');
    await bench.clock.advance(20);
    expect(versions().at(-1)?.text).toBe('one two ▍');
    await bench.during(sut.close());
  });

  it('asks a failing server no more than once a second', async () => {
    const sut = await writer(4_800, true);
    const textOf = jest.spyOn(bench.get(PostService), 'textOf').mockRejectedValue(new Error('down'));
    for (let index = 0; index < 100; index++) {
      sut.show(`text ${index}`);
      await bench.clock.advance(50);
    }
    await bench.during(sut.close());
    expect(textOf.mock.calls.length).toBeGreaterThanOrEqual(4);
    expect(textOf.mock.calls.length).toBeLessThanOrEqual(6);
  });

  it('never has two edits under way, however slow the server is', async () => {
    const sut = await writer();
    sut.show('one');
    await bench.clock.advance(10);
    const asked = bench.chat.calls.length;
    const rewrite = jest
      .spyOn(bench.get(PostService), 'rewrite')
      .mockImplementation(() => bench.clock.sleep(4_000));
    for (let index = 0; index < 10; index++) {
      sut.show(`one ${index}`);
      await bench.clock.advance(700);
    }
    expect(rewrite.mock.calls.length).toBe(2);
    expect(bench.chat.calls.length).toBe(asked);
    await bench.during(sut.close());
  });

  it('keeps silent about failures and tries again with the next words', async () => {
    const sut = await writer();
    bench.chat.fail('sendMessage', 'rate-limited', { times: 2 });
    sut.show('one');
    await bench.clock.advance(1_500);
    expect(sut.began).toBe(false);
    sut.show('one two');
    await bench.clock.advance(1_500);
    sut.show('one two three');
    await bench.clock.advance(1_500);
    expect(versions().map(({ text }) => text)).toEqual(['one two three ▍']);
    await bench.during(sut.close());
  });

  it('does not double a first post whose reply was lost', async () => {
    const sut = await writer();
    bench.chat.fail('sendMessage', 'timeout', { after: true });
    bench.chat.fail('getMessage', 'unreachable');
    sut.show('one');
    await bench.clock.advance(1_500);
    sut.show('one two');
    await bench.clock.advance(1_500);
    expect(bench.chat.textsIn('room')).toEqual(['one two ▍']);
    await bench.during(sut.close());
  });

  it('takes up what an earlier run had shown', async () => {
    bench.chat.post('room', 'older ▍', { id: id(), author: { id: 'bot', username: 'system-bot' } });
    const sut = await writer(4_800, true);
    sut.show('newer');
    await bench.clock.advance(100);
    expect(versions().map(({ text }) => text)).toEqual(['older ▍', 'newer ▍']);
    expect(bench.chat.asked('sendMessage')).toBe(0);
    await bench.during(sut.close());
  });

  it('shows nothing under an id that somebody squats on', async () => {
    bench.chat.post('room', 'mine!', { id: id(), author: { id: 'mallory', username: 'mallory' } });
    const sut = await writer();
    sut.show('one');
    await bench.clock.advance(1_500);
    sut.show('one two');
    await bench.clock.advance(1_500);
    expect(bench.chat.messages.get(id())?.text).toBe('mine!');
    expect(bench.chat.textsIn('room')).toEqual([]);
    await bench.during(sut.close());
  });

  it('grows over several messages, and leaves the finished ones alone', async () => {
    const sut = await writer(300);
    const words = Array.from({ length: 150 }, (_, index) => `word${index}`);
    for (let count = 10; count <= words.length; count += 10) {
      sut.show(words.slice(0, count).join(' '));
      await bench.clock.advance(1_100);
    }
    await bench.during(sut.close());
    const all = bench.chat.textsIn('room');
    expect(all.length).toBeGreaterThan(3);
    expect(all.slice(0, -1).every((text) => text.endsWith('⤵'))).toBe(true);
    expect(all.at(-1)).toMatch(/word149 ▍$/);
    // Once the next part begins a part is closed: the closing edit is its last.
    expect(versions(0).filter(({ text }) => text.endsWith('⤵'))).toHaveLength(1);
  });

  it('pages nobody', async () => {
    const sut = await writer();
    sut.show('hello @all and @here');
    await bench.clock.advance(100);
    expect(versions()[0]?.text).not.toMatch(/@(all|here)/);
    await bench.during(sut.close());
  });

  it('is quiet after its close, which waits for the edit under way', async () => {
    const sut = await writer();
    sut.show('one');
    await bench.clock.advance(1);
    const closing = sut.close();
    await bench.during(closing);
    expect(versions()).toHaveLength(1);
    sut.show('one two');
    await bench.clock.advance(5_000);
    expect(versions()).toHaveLength(1);
  });
});
