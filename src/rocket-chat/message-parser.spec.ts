import fc from 'fast-check';
import { parseMessage, parseMessageMeta } from './message-parser';
import { parseRoom, parseSubscriptions } from './room-parser';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const wire = (dated: (at: number) => unknown): Record<string, unknown> => ({
  _id: 'm1',
  rid: 'r1',
  msg: 'hello @system-bot',
  u: { _id: 'u1', username: 'anna', name: 'Anna' },
  ts: dated(AT),
  _updatedAt: dated(AT + 1),
  editedAt: dated(AT + 2),
  tmid: 't1',
  mentions: [{ _id: 'bot', username: 'system-bot', type: 'user' }, { nonsense: true }, null],
  files: [{ _id: 'f1' }, { _id: 'f2' }],
  attachments: [{ title: 'x' }],
  md: [{ type: 'PARAGRAPH' }],
});
const parsed = {
  id: 'm1',
  roomId: 'r1',
  text: 'hello @system-bot',
  author: { id: 'u1', username: 'anna', name: 'Anna' },
  at: AT,
  updatedAt: AT + 1,
  editedAt: AT + 2,
  threadId: 't1',
  mentions: [{ id: 'bot', username: 'system-bot' }],
  attachments: 2,
};

describe(parseMessage.name, () => {
  it('reads the same message from REST and from the socket', () => {
    expect(parseMessage(wire((at) => new Date(at).toISOString()))).toEqual(parsed);
    expect(parseMessage(wire((at) => ({ $date: at })))).toEqual(parsed);
  });

  it.each([
    ['system message', { t: 'uj' }, { systemType: 'uj' }],
    ['encrypted, old form', { t: 'e2e' }, { systemType: 'e2e', encrypted: true }],
    ['encrypted, new form', { content: { ciphertext: 'x' } }, { encrypted: true }],
    ['bot mark', { bot: { i: 'x' } }, { bot: true }],
    ['hidden', { _hidden: true }, { hidden: true }],
    ['imported', { imported: true }, { imported: true }],
  ])('marks a %s', (_case, extra, expected) => {
    expect(parseMessage({ ...wire((at) => ({ $date: at })), ...extra })).toEqual({ ...parsed, ...expected });
  });

  it.each(['_id', 'rid', 'u'])('refuses a message without %s', (field) => {
    expect(parseMessage({ ...wire((at) => ({ $date: at })), [field]: undefined })).toBeUndefined();
  });

  it('takes an absent text for an empty one', () => {
    expect(parseMessage({ ...wire((at) => ({ $date: at })), msg: undefined })?.text).toBe('');
  });

  it('throws for no JSON whatever, nor do the other parsers', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
        parseMessage(value);
        parseMessageMeta(value);
        parseRoom(value);
        parseSubscriptions([value, other], [other]);
      }),
    );
  });

  it('answers with a complete message or nothing when any one field is garbage', () => {
    const fields = Object.keys(wire((at) => at));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        const message = parseMessage({ ...wire((at) => ({ $date: at })), [field]: value });
        if (!message) return;
        expect(typeof message.text).toBe('string');
        expect(Number.isFinite(message.at) && Number.isFinite(message.updatedAt)).toBe(true);
        expect(message.id && message.roomId && message.author.id).toBeTruthy();
        expect(message.mentions.every((mention) => mention.id)).toBe(true);
      }),
    );
  });
});

describe(parseMessageMeta.name, () => {
  it('reads participant, type and name', () => {
    expect(parseMessageMeta({ roomParticipant: true, roomType: 'p', roomName: 'ops' })).toEqual({
      participant: true,
      roomType: 'group',
      roomName: 'ops',
    });
    expect(parseMessageMeta({ roomParticipant: false, roomType: 'd' })).toEqual({
      participant: false,
      roomType: 'direct',
    });
  });

  it.each([[undefined], [{ roomParticipant: true }], [{ roomType: 'toString' }]])('refuses %j', (raw) => {
    expect(parseMessageMeta(raw)).toBeUndefined();
  });
});
