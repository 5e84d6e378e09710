import { Logger } from '@nestjs/common';
import { GatewayBench } from '../../test/support/gateway-bench';
import type { Question } from '../journal/journal.types';
import { AnswerPoster } from './answer-poster';
import { ChatPresence } from './chat-presence';
import { MORE_FOLLOWS } from './split-answer';

describe(AnswerPoster.name, () => {
  let bench: GatewayBench;
  let abort: AbortController;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    bench = await GatewayBench.create();
    bench.chat.addRoom('room');
    abort = new AbortController();
  });
  afterEach(async () => {
    expect(bench.clock.timers).toBe(0);
    await bench.close();
  });

  const deliver = (question: Question, shown = new Map<number, string>(), fresh = true): Promise<boolean> =>
    bench.during(bench.get(AnswerPoster).deliver(question, shown, fresh, abort.signal), 200_000_000);
  const state = async (id: string): Promise<string | undefined> => (await bench.journal.find(id))?.state;
  const posted = (): string[] => bench.chat.textsIn('room');

  it('posts the parts in order under ids derived from the question', async () => {
    const question = await bench.answered('q', ['one', 'two', 'three']);
    expect(await deliver(question)).toBe(true);
    expect(posted()).toEqual(['one', 'two', 'three']);
    expect([...bench.chat.messages.keys()]).toEqual(
      [0, 1, 2].map((part) => bench.ids.answer('room', 'q', part)),
    );
    expect(await state('q')).toBe('posted');
  });

  it.each(['timeout', 'unreachable', 'bad-request'] as const)(
    'stands once where the reply was lost (%s) after the message was stored',
    async (kind) => {
      bench.chat.fail('sendMessage', kind, { after: true });
      expect(await deliver(await bench.answered('q', ['one']))).toBe(true);
      expect(posted()).toEqual(['one']);
      expect(bench.chat.asked('sendMessage')).toBe(1);
    },
  );

  it('stands once where even the question after a lost reply goes unanswered for a while', async () => {
    bench.chat.fail('sendMessage', 'timeout', { after: true });
    bench.chat.fail('getMessage', 'unreachable', { times: 5 });
    expect(await deliver(await bench.answered('q', ['one', 'two']))).toBe(true);
    expect(posted()).toEqual(['one', 'two']);
  });

  it('is posted again where the message was not stored', async () => {
    bench.chat.fail('sendMessage', 'unreachable', { times: 3 });
    expect(await deliver(await bench.answered('q', ['one']))).toBe(true);
    expect(posted()).toEqual(['one']);
  });

  it('waits longer and longer between tries, and at most half a minute', async () => {
    bench.chat.fail('sendMessage', 'unreachable', { times: 9 });
    const begun = bench.clock.monotonic();
    await deliver(await bench.answered('q', ['one']));
    const took = bench.clock.monotonic() - begun;
    // 1 + 2 + 4 + 8 + 16 + 30 + 30 + 30 + 30 s, a fifth of it by chance
    expect(took).toBeGreaterThan(151_000 * 0.8);
    expect(took).toBeLessThan(151_000 * 1.25);
  });

  it('waits as long as the server says where it limits the rate', async () => {
    bench.chat.fail('sendMessage', 'rate-limited', { retryAfterMs: 42_000 });
    const begun = bench.clock.monotonic();
    await deliver(await bench.answered('q', ['one']));
    expect(bench.clock.monotonic() - begun).toBeGreaterThan(42_000);
    expect(posted()).toEqual(['one']);
  });

  it('finds the id in use with an older text of ours, and puts the answer in its place', async () => {
    const author = { id: 'bot', username: 'system-bot' };
    bench.chat.post('room', 'half a text ▍', { id: bench.ids.answer('room', 'q', 0), author });
    expect(await deliver(await bench.answered('q', ['whole text']), new Map(), false)).toBe(true);
    expect(posted()).toEqual(['whole text']);
  });

  it('goes by what it showed itself: a part that reads as it should is left alone, another is rewritten', async () => {
    const question = await bench.answered('q', ['one', 'two']);
    const author = { id: 'bot', username: 'system-bot' };
    bench.chat.post('room', 'one', { id: bench.ids.answer('room', 'q', 0), author });
    bench.chat.post('room', 'tw ▍', { id: bench.ids.answer('room', 'q', 1), author });
    const shown = new Map([
      [0, 'one'],
      [1, 'tw ▍'],
    ]);
    expect(await deliver(question, shown)).toBe(true);
    expect(posted()).toEqual(['one', 'two']);
    expect(bench.chat.asked('updateMessage')).toBe(1);
    expect(bench.chat.asked('sendMessage')).toBe(0);
  });

  it('takes another id where somebody squats on it, and keeps to that after a restart', async () => {
    const taken = bench.ids.answer('room', 'q', 0);
    bench.chat.post('room', 'mine!', { id: taken, author: { id: 'mallory', username: 'mallory' } });
    const question = await bench.answered('q', ['one', 'two']);
    bench.chat.fail('sendMessage', 'unreachable', { times: 0 });
    expect(await deliver(question)).toBe(true);
    expect(posted()).toEqual(['one', 'two']);
    expect(bench.chat.messages.get(taken)?.text).toBe('mine!');
    expect((await bench.answers.parts('q'))[0]?.postId).toBe(bench.ids.answer('room', 'q', 0, 1));
  });

  it('takes the third id where the second is taken as well', async () => {
    const author = { id: 'mallory', username: 'mallory' };
    for (const salt of [0, 1])
      bench.chat.post('room', 'mine!', { id: bench.ids.answer('room', 'q', 0, salt), author });
    expect(await deliver(await bench.answered('q', ['one']))).toBe(true);
    expect(posted()).toEqual(['one']);
    expect(bench.chat.messages.get(bench.ids.answer('room', 'q', 0, 2))?.text).toBe('one');
  });

  it('goes on after the last part that is known to stand', async () => {
    const question = await bench.answered('q', ['one', 'two', 'three']);
    await bench.answers.markPosted('q', 0);
    expect(await deliver(question, new Map(), false)).toBe(true);
    expect(posted()).toEqual(['two', 'three']);
  });

  it.each(['room-closed', 'forbidden', 'room-not-found'] as const)(
    'gives up at once where the room refuses (%s), and the question is dead',
    async (kind) => {
      bench.chat.fail('sendMessage', kind);
      expect(await deliver(await bench.answered('q', ['one']))).toBe(false);
      expect(await bench.journal.find('q')).toMatchObject({
        state: 'dead',
        reason: expect.stringContaining('cannot be posted'),
      });
      expect(bench.chat.asked('sendMessage')).toBe(1);
    },
  );

  describe('where an earlier attempt showed more parts', () => {
    const showed = async (first = 'older'): Promise<Question> => {
      const question = await bench.answered('q', ['one']);
      for (const [part, text] of [first, 'old ▍'].entries())
        bench.chat.post('room', text, {
          id: bench.ids.answer('room', 'q', part),
          author: { id: 'bot', username: 'system-bot' },
        });
      return question;
    };

    it.each(['unreachable', 'unauthorized', 'rate-limited'] as const)(
      'takes their text away however long the server cannot be asked (%s), and is finished only then',
      async (kind) => {
        const question = await showed();
        bench.chat.fail('updateMessage', kind, { retryAfterMs: 5_000 });
        bench.chat.fail('getMessage', kind, { times: 4, retryAfterMs: 5_000 });
        expect(await deliver(question, new Map(), false)).toBe(true);
        expect(posted()).toEqual(['one', '—']);
        expect(await state('q')).toBe('posted');
      },
    );

    it('leaves it where the server forbids that', async () => {
      const question = await showed('one');
      bench.chat.fail('updateMessage', 'forbidden');
      expect(await deliver(question, new Map([[0, 'one']]), false)).toBe(true);
      expect(posted()).toEqual(['one', 'old ▍']);
      expect(await state('q')).toBe('posted');
    });

    it('goes on with it in the next run where it was told to stop', async () => {
      const question = await showed('one');
      bench.chat.fail('getMessage', 'unreachable', { times: 1_000 });
      const stopped = bench.get(AnswerPoster).deliver(question, new Map([[0, 'one']]), false, abort.signal);
      await bench.clock.advance(60_000);
      abort.abort();
      expect(await bench.during(stopped)).toBe(false);
      expect(await state('q')).toBe('posting');
      bench.chat.heal();
      abort = new AbortController();
      expect(await deliver(question, new Map(), false)).toBe(true);
      expect(posted()).toEqual(['one', '—']);
    });
  });

  it('gives up after three silent vetoes', async () => {
    bench.chat.fail('sendMessage', 'bad-request', { times: 10 });
    expect(await deliver(await bench.answered('q', ['one']))).toBe(false);
    expect(bench.chat.asked('sendMessage')).toBe(3);
    expect(await state('q')).toBe('dead');
  });

  it.each(['unauthorized', 'restricted-workspace', 'unreachable'] as const)(
    'keeps at it through hours of %s, and gives up after a day',
    async (kind) => {
      bench.chat.fail('sendMessage', kind, { times: 400 });
      expect(await deliver(await bench.answered('patient', ['one']))).toBe(true);
      bench.chat.heal();
      bench.chat.fail('sendMessage', kind, { times: 100_000 });
      expect(await deliver(await bench.answered('never', ['one']))).toBe(false);
      expect(await state('never')).toBe('dead');
    },
  );

  it('stops where it is when it is told to, and leaves the rest for the next run', async () => {
    bench.chat.fail('sendMessage', 'unreachable', { times: 1_000 });
    const question = await bench.answered('q', ['one']);
    const delivering = bench.get(AnswerPoster).deliver(question, new Map(), true, abort.signal);
    await bench.clock.advance(60_000);
    abort.abort(new Error('stopping'));
    expect(await bench.during(delivering, 100)).toBe(false);
    expect(await state('q')).toBe('posting');
  });

  it.each(['editing-not-allowed', 'message-not-found', 'forbidden'] as const)(
    'comes as a new message where the last edit of the preview is refused (%s)',
    async (kind) => {
      const question = await bench.answered('q', ['one', 'two']);
      const author = { id: 'bot', username: 'system-bot' };
      bench.chat.post('room', 'on ▍', { id: bench.ids.answer('room', 'q', 0), author });
      bench.chat.fail('updateMessage', kind);
      expect(await deliver(question, new Map([[0, 'on ▍']]))).toBe(true);
      expect(posted()).toEqual(['on ▍', 'one', 'two']);
      expect((await bench.answers.parts('q'))[0]?.postId).toBe(bench.ids.answer('room', 'q', 0, 1));
      expect(await state('q')).toBe('posted');
    },
  );

  it('comes once as a new message, also where its own reply is lost and in another run', async () => {
    const question = await bench.answered('q', ['one']);
    const author = { id: 'bot', username: 'system-bot' };
    bench.chat.post('room', 'on ▍', { id: bench.ids.answer('room', 'q', 0), author });
    bench.chat.fail('updateMessage', 'editing-not-allowed', { times: 10 });
    bench.chat.fail('sendMessage', 'timeout', { after: true });
    bench.chat.fail('getMessage', 'unreachable', { times: 1 });
    expect(await deliver(question, new Map(), false)).toBe(true);
    expect(posted()).toEqual(['on ▍', 'one']);
  });

  it('is cut anew by the limit that holds now, and what was posted stays', async () => {
    const paragraph = (letter: string): string => `${letter.repeat(300)}\n\n`.repeat(4).trim();
    const question = await bench.answered('q', [
      `begun${MORE_FOLLOWS}`,
      `${paragraph('a')}${MORE_FOLLOWS}`,
      'end',
    ]);
    expect((await bench.during(bench.get(ChatPresence).limits())).maxLength).toBe(4_800);
    bench.chat.serverLimits = { ...bench.chat.serverLimits, maxMessageLength: 900 };
    bench.chat.fail('limits', 'timeout');
    expect(await deliver(question)).toBe(true);
    const texts = posted();
    expect(texts[0]).toBe(`begun${MORE_FOLLOWS}`);
    expect(texts.at(-1)).toBe('end');
    expect(texts.slice(0, -1).every((text) => text.endsWith(MORE_FOLLOWS) && text.length <= 700)).toBe(true);
    expect(texts.join('').replace(/[^a]/g, '')).toHaveLength(1_200);
    expect([...bench.chat.messages.keys()]).toEqual(
      texts.map((_text, part) => bench.ids.answer('room', 'q', part)),
    );
    expect((await bench.during(bench.get(ChatPresence).limits())).maxLength).toBe(700);
  });

  it('is cut smaller where something takes less than the server says, and given up where nothing helps', async () => {
    bench.chat.fail('sendMessage', 'message-too-long');
    expect(await deliver(await bench.answered('q', ['b '.repeat(400).trim()]))).toBe(true);
    expect(posted().length).toBeGreaterThan(1);
    bench.chat.fail('sendMessage', 'message-too-long', { times: 10 });
    expect(await deliver(await bench.answered('never', ['short']))).toBe(false);
    expect(await state('never')).toBe('dead');
  });

  it('counts its day from its own beginning, not from when the question came', async () => {
    const question = await bench.answered('q', ['one']);
    await bench.clock.advance(30 * 3_600_000);
    bench.chat.fail('sendMessage', 'unreachable', { times: 3 });
    expect(await deliver(question)).toBe(true);
    expect(posted()).toEqual(['one']);
  });
});
