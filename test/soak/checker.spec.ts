import { type Asked, check, type Records, type StoredMessage, type Verdict } from '../../bench/soak/checker';
import { answerTo, partsOf } from '../../bench/soak/recital';

const BOT = 'bot';

/** A chat server's rooms, filled by hand. */
class Chat {
  readonly asked: Asked[] = [];
  private readonly messages: StoredMessage[] = [];
  private now = 1_000;

  ask(number: number, given: Partial<Asked> = {}): Asked {
    const asked: Asked = {
      number,
      messageId: `q${number}`,
      roomId: 'room',
      direct: true,
      addressed: true,
      sentences: 3,
      acknowledged: true,
      ...given,
    };
    this.asked.push(asked);
    this.put({ id: asked.messageId, authorId: 'ada', text: 'asked', threadId: asked.threadId });
    return asked;
  }

  say(text: string, threadId?: string): void {
    this.put({ id: `a${this.messages.length}`, authorId: BOT, text, threadId });
  }

  forget(id: string): void {
    this.messages.splice(
      this.messages.findIndex((message) => message.id === id),
      1,
    );
  }

  verdict(refused: string[] = []): Verdict {
    const records: Records = {
      asked: this.asked,
      rooms: new Map([['room', this.messages]]),
      assistantId: BOT,
      refused: new Set(refused),
    };
    return check(records);
  }

  private put(message: Pick<StoredMessage, 'id' | 'authorId' | 'text' | 'threadId'>): void {
    this.now += 100;
    this.messages.push({ ...message, roomId: 'room', at: this.now, updatedAt: this.now + 50 });
  }
}

const kinds = ({ findings }: Verdict): string[] => findings.map(({ kind, number }) => `${kind} ${number}`);

describe(check.name, () => {
  let chat: Chat;
  beforeEach(() => (chat = new Chat()));

  it('finds nothing where every question has its answer, in a direct message, a channel and a thread', () => {
    chat.ask(1);
    chat.say(answerTo(1, 3));
    const root = chat.ask(2, { direct: false });
    chat.ask(3, { direct: false, threadId: root.messageId });
    chat.say('⚠️ Switched from core 1 to core 2, because core 1 failed. Answers go on.');
    chat.say(answerTo(2, 3), root.messageId);
    chat.say(answerTo(3, 3), root.messageId);
    expect(chat.verdict()).toEqual({
      accepted: 3,
      answered: 3,
      refused: 0,
      latenciesMs: [150, 350, 350],
      findings: [],
    });
  });

  it('takes an answer of several parts for one', () => {
    const parts = partsOf(1, 300);
    expect(parts.length).toBeGreaterThan(1);
    chat.ask(1, { sentences: 300 });
    for (const part of parts) chat.say(part);
    expect(chat.verdict()).toMatchObject({ answered: 1, findings: [] });
  });

  it.each<[string, (chat: Chat) => void, string[]]>([
    ['no answer', () => undefined, ['lost 1']],
    [
      'an answer twice',
      (chat) => {
        chat.say(answerTo(1, 3));
        chat.say(answerTo(1, 3));
      },
      ['doubled 1'],
    ],
    [
      'the beginning of an answer that was left standing beside the whole one',
      (chat) => {
        chat.say('Q1 ▍');
        chat.say(answerTo(1, 3));
      },
      ['doubled 1'],
    ],
    ['half an answer', (chat) => chat.say(`${answerTo(1, 3).slice(0, 40)} ▍`), ['wrong 1']],
    ['an answer with a hole', (chat) => chat.say(answerTo(1, 3).replace('2. This', 'This')), ['wrong 1']],
    ['an answer in a thread of the room', (chat) => chat.say(answerTo(1, 3), 'q1'), ['wrong 1', 'lost 1']],
    [
      'an answer to nobody',
      (chat) => {
        chat.say(answerTo(1, 3));
        chat.say(answerTo(99, 3));
      },
      ['unasked 99'],
    ],
  ])('finds %s', (_what, happens, found) => {
    chat.ask(1);
    happens(chat);
    expect(kinds(chat.verdict())).toEqual(found);
    expect(chat.verdict().answered).toBe(found[0] === 'unasked 99' ? 1 : 0);
  });

  it('finds a part that is missing behind the first', () => {
    chat.ask(1, { sentences: 300 });
    chat.say(partsOf(1, 300)[0] ?? '');
    expect(kinds(chat.verdict())).toEqual(['wrong 1']);
  });

  it('finds the question that was answered before an earlier one of its lane, and no other', () => {
    chat.ask(1);
    chat.ask(2);
    chat.ask(3);
    const elsewhere = chat.ask(4, { direct: false });
    chat.say(answerTo(4, 3), elsewhere.messageId);
    for (const number of [2, 1, 3]) chat.say(answerTo(number, 3));
    expect(kinds(chat.verdict())).toEqual(['reordered 2']);
  });

  it('counts only what the chat server has, and misses what it had acknowledged', () => {
    chat.ask(1);
    chat.ask(2, { acknowledged: false });
    chat.forget('q1');
    chat.forget('q2');
    const verdict = chat.verdict();
    expect(verdict.accepted).toBe(0);
    expect(kinds(verdict)).toEqual(['forgotten 1']);
  });

  it('counts one that is stored though the client never heard of it', () => {
    chat.ask(1, { acknowledged: false });
    expect(kinds(chat.verdict())).toEqual(['lost 1']);
  });

  it('expects no answer where the gateway refused, or where nobody asked the assistant', () => {
    chat.ask(1);
    chat.ask(2, { addressed: false, direct: false });
    expect(chat.verdict(['q1'])).toMatchObject({ accepted: 0, refused: 1, findings: [] });
    chat.say(answerTo(2, 3), 'q2');
    expect(kinds(chat.verdict(['q1']))).toEqual(['unasked 2']);
  });
});
