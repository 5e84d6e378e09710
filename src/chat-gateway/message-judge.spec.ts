import fc from 'fast-check';
import type { ChatMessage } from '../rocket-chat/chat-types';
import { judgeMessage, type JudgeFacts } from './message-judge';

const message = (rest: Partial<ChatMessage> = {}): ChatMessage => ({
  id: 'm1',
  roomId: 'r1',
  text: 'hello?',
  author: { id: 'u1', username: 'ann' },
  at: 1000,
  updatedAt: 1000,
  mentions: [],
  attachments: 0,
  ...rest,
});
const facts = (rest: Partial<JudgeFacts> = {}): JudgeFacts => ({
  selfId: 'bot',
  roomType: 'direct',
  participant: true,
  userCount: 2,
  roomSince: 500,
  knownBots: new Set(['spambot']),
  answerIn: 'thread',
  threadsEnabled: true,
  ...rest,
});
const mention = [{ id: 'bot', username: 'system-bot' }];

describe(judgeMessage.name, () => {
  it('answers a direct message in the room', () => {
    expect(judgeMessage(message(), facts())).toEqual({ verdict: 'question', lane: 'r1' });
  });

  it('answers a mention in a channel in a thread under it', () => {
    expect(
      judgeMessage(message({ mentions: mention }), facts({ roomType: 'channel', userCount: 9 })),
    ).toEqual({
      verdict: 'question',
      answerThreadId: 'm1',
      lane: 'r1/m1',
    });
  });

  it('answers in the room where that is set, or where threads are off', () => {
    const asked = message({ mentions: mention });
    expect(judgeMessage(asked, facts({ roomType: 'channel', answerIn: 'room' }))).toMatchObject({
      lane: 'r1',
    });
    expect(judgeMessage(asked, facts({ roomType: 'channel', threadsEnabled: false }))).toMatchObject({
      lane: 'r1',
    });
  });

  it('answers in a thread it takes part in, from then on', () => {
    const reply = message({ threadId: 't1' });
    expect(judgeMessage(reply, facts({ roomType: 'channel', inThreadSince: 900 }))).toMatchObject({
      verdict: 'question',
      lane: 'r1/t1',
    });
    expect(judgeMessage(reply, facts({ roomType: 'channel', inThreadSince: 1100 }))).toMatchObject({
      reason: 'not addressed',
    });
    expect(judgeMessage(reply, facts({ roomType: 'channel' }))).toMatchObject({ reason: 'not addressed' });
  });

  it('answers everything in a room it listens to, from then on', () => {
    expect(judgeMessage(message(), facts({ roomType: 'group', listenAllSince: 1000 }))).toMatchObject({
      verdict: 'question',
    });
    expect(judgeMessage(message(), facts({ roomType: 'group', listenAllSince: 1001 }))).toMatchObject({
      verdict: 'ignore',
    });
  });

  it('needs a mention in a group direct message', () => {
    expect(judgeMessage(message(), facts({ userCount: 3 }))).toMatchObject({ reason: 'not addressed' });
    expect(judgeMessage(message({ mentions: mention }), facts({ userCount: 3 }))).toMatchObject({
      verdict: 'question',
    });
  });

  it.each(['!help', ' !status', '@system-bot !switch 2'])('takes %j for a command', (text) => {
    expect(
      judgeMessage(
        message({ text, mentions: text.includes('@') ? mention : [] }),
        facts({ roomType: 'channel' }),
      ),
    ).toMatchObject({
      verdict: 'command',
    });
  });

  it.each(['!', '!!!', '! what'])('takes %j for no command', (text) => {
    expect(judgeMessage(message({ text }), facts())).toMatchObject({ verdict: 'question' });
  });

  it.each<[string, Partial<ChatMessage>, Partial<JudgeFacts>]>([
    ['livechat', {}, { roomType: 'livechat' }],
    ['encrypted', { systemType: 'e2e' }, {}],
    ['encrypted', { encrypted: true }, {}],
    ['system message uj', { systemType: 'uj' }, {}],
    ['hidden or imported', { hidden: true }, {}],
    ['edited before it was seen', { editedAt: 1001 }, {}],
    ['posted by a bot', { bot: true }, {}],
    ['posted by a known bot', { author: { id: 'x', username: 'spambot' } }, {}],
    ['history', { at: 499 }, {}],
    ['no text', { text: '  ' }, {}],
    ['not addressed', { mentions: [{ id: 'all', username: 'all' }] }, { roomType: 'channel' }],
  ])('ignores: %s', (reason, change, other) => {
    expect(judgeMessage(message(change), facts(other))).toEqual({ verdict: 'ignore', reason });
  });

  it('skips its own messages and rooms it is not in', () => {
    expect(judgeMessage(message({ author: { id: 'bot', username: 'system-bot' } }), facts())).toEqual({
      verdict: 'skip',
    });
    expect(judgeMessage(message({ mentions: mention }), facts({ participant: false }))).toEqual({
      verdict: 'skip',
    });
  });

  it('never answers itself, whatever else is true', () => {
    const anything = fc.record({
      text: fc.string(),
      mentions: fc.constantFrom([], mention),
      threadId: fc.option(fc.constant('t'), { nil: undefined }),
    });
    const any = fc.record({
      roomType: fc.constantFrom('direct' as const, 'channel' as const, 'group' as const),
      userCount: fc.nat(5),
      listenAllSince: fc.option(fc.constant(0), { nil: undefined }),
      inThreadSince: fc.option(fc.constant(0), { nil: undefined }),
    });
    fc.assert(
      fc.property(anything, any, (change, other) => {
        expect(
          judgeMessage(message({ ...change, author: { id: 'bot', username: 'renamed' } }), facts(other)),
        ).toEqual({ verdict: 'skip' });
      }),
    );
  });
});
