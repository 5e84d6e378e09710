import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import type { NewQuestion } from '../journal/journal.types';
import type { CoreMessage } from '../ollama/ollama-api';
import { RoomRegistry } from '../rooms/room-registry';
import { ContextBuilder, withoutMention } from './context-builder';

describe(ContextBuilder.name, () => {
  let bench: GatewayBench;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await GatewayBench.create();
    bench.chat.addRoom('room');
  });
  afterEach(() => bench.close());

  const SELF = { id: 'bot', username: 'system-bot' };
  const say = async (text: string, rest: Parameters<typeof bench.chat.post>[2] = {}): Promise<string> => {
    await bench.clock.advance(1_000);
    return bench.chat.post('room', text, rest).id;
  };
  const answer = (text: string, rest = {}): Promise<string> => say(text, { author: SELF, ...rest });
  const historyOf = async (id: string, rest: Partial<NewQuestion> = {}): Promise<CoreMessage[]> => {
    const question = await bench.question(id, rest);
    return bench.during(bench.get(ContextBuilder).historyOf(question));
  };

  it('is what was said in the direct message, oldest first, without the question and what came after it', async () => {
    await say('one');
    await answer('first');
    const asked = await say('two');
    const at = bench.clock.now();
    await say('three');
    expect(await historyOf(asked, { at })).toEqual([
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'first' },
    ]);
  });

  it('leaves out commands, notices, system messages, secrets and what was forgotten', async () => {
    await say('forgotten');
    await bench.get(RoomRegistry).startAnew('room', bench.clock.now());
    await say('kept');
    await say('!status');
    await say('joined', { systemType: 'uj' });
    await say('cipher', { encrypted: true });
    await say('  ');
    await bench.notices.write([{ key: 'n', roomId: 'room', text: 'switched' }]);
    const [notice] = await bench.notices.due();
    await answer('switched', { id: notice?.postId });
    expect(await historyOf(await say('now'))).toEqual([{ role: 'user', content: 'kept' }]);
  });

  it('does not teach the model the signs we put under parts of an answer', async () => {
    await answer('part one\n\n⤵');
    await answer('broken off ▍');
    expect((await historyOf(await say('now'))).map(({ content }) => content)).toEqual([
      'part one',
      'broken off',
    ]);
  });

  it('is the thread where the question was asked in one, its first message included', async () => {
    const root = await say('@system-bot, root');
    await say('elsewhere');
    await answer('in the thread', { threadId: root });
    const asked = await say('and?', { threadId: root });
    expect(await historyOf(asked, { threadId: root, answerThreadId: root, lane: `room/${root}` })).toEqual([
      { role: 'user', content: 'root' },
      { role: 'assistant', content: 'in the thread' },
    ]);
  });

  it('is nothing for a question that opens a thread of its own', async () => {
    await say('what others said');
    const asked = await say('@system-bot hello');
    expect(await historyOf(asked, { answerThreadId: asked })).toEqual([]);
    expect(bench.chat.asked('history')).toBe(0);
  });

  it('is nothing where the chat server does not help: the question is answered all the same', async () => {
    await say('one');
    bench.chat.fail('history', 'unreachable');
    expect(await historyOf(await say('two'))).toEqual([]);
  });
});

describe(withoutMention.name, () => {
  it.each([
    ['@bot how are you', 'how are you'],
    [' @BOT, hello', 'hello'],
    ['@bot: !help', '!help'],
    ['tell @bot this', 'tell @bot this'],
    ['@bot', ''],
  ])('%j becomes %j', (text, rest) => expect(withoutMention(text, 'bot')).toBe(rest));

  it('takes dots in names literally', () => {
    expect(withoutMention('@botXone hi', 'bot.one')).toBe('@botXone hi');
    expect(withoutMention('@bot.one hi', 'bot.one')).toBe('hi');
  });

  it('does not take a longer name for ours', () => {
    expect(withoutMention('@botanist hi', 'bot')).toBe('@botanist hi');
  });
});
