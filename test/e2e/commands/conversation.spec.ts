import type { ChatRoom } from '../../../src/rocket-chat/chat-types';
import { QuestionJournal } from '../../../src/journal/question-journal';
import { Store } from '../../../src/storage/store';
import { eventually } from '../../support/chat-person';
import { InProcessRdzen } from '../api/support/in-process-rdzen';

const ROOT = { id: 'root-id', username: 'root' };

describe('commands of a conversation', () => {
  let sut: InProcessRdzen;
  let count = 0;

  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
    sut.chat.roles.set('admin', [ROOT.id]);
  });
  afterAll(() => sut?.stop());
  afterEach(() => {
    sut.cores.pace = 0;
    sut.cores.reply = (question) => `You said: ${question}`;
  });

  /** Somebody who has asked nothing yet, in a direct message of their own. */
  const newcomer = () => {
    const id = `person${++count}`;
    const person = { id: `${id}-id`, username: id };
    return { person, room: sut.chat.direct(person) };
  };
  const state = async (id: string): Promise<string | undefined> =>
    (await sut.app.get(QuestionJournal).find(id))?.state;
  /** A new one who may do everything; questions of one person are rationed. */
  const newAdmin = () => {
    const { person, room } = newcomer();
    sut.chat.roles.set('admin', [...(sut.chat.roles.get('admin') ?? []), person.id]);
    return { person, room };
  };
  /** Nothing more is on its way for these messages. */
  const settled = (...ids: string[]) =>
    eventually(
      () => Promise.all(ids.map(state)),
      (states) =>
        states.every((each) => each !== undefined && /posted|ignored|rejected|cancelled|dead/.test(each)),
      10_000,
      'the messages are dealt with',
    );

  describe('an unknown one', () => {
    it.each([
      ['!hlep', /Did you mean `!help`\?/],
      ['!statsu', /Did you mean `!status`\?/],
      ['!SWITHC 2', /Did you mean `!switch`\?/],
      ['!langauge pl', /Did you mean `!language`\?/],
      ['!xylophone', /^I do not know the command `!xylophone`\. `!help` lists all commands\.$/],
    ])('%s is answered with the nearest match', async (text, answer) => {
      const { person, room } = newcomer();
      expect(await sut.answerTo(sut.say(person, room, text))).toMatch(answer);
    });

    it('is repeated at most in part, and pages nobody', async () => {
      const { person, room } = newcomer();
      const answer = await sut.answerTo(sut.say(person, room, `!${'x'.repeat(3_000)}`));
      expect(answer.length).toBeLessThan(150);
      expect(await sut.answerTo(sut.say(person, room, '!x@all'))).not.toContain('@all');
    });
  });

  describe('!stop', () => {
    const slowly = (): void => {
      sut.cores.pace = 150;
      sut.cores.reply = () => Array.from({ length: 200 }, (_, index) => `word${index}`).join(' ');
    };
    const growing = (room: ChatRoom) =>
      eventually(
        () =>
          [...sut.chat.messages.values()].find((each) => each.roomId === room.id && each.text.endsWith('▍')),
        (found) => found !== undefined,
        5_000,
        'an answer grows',
      ).then((found) => found?.id ?? '');

    it('keeps what was written, marks it, edits it no more, and the lane goes on', async () => {
      const { person, room } = newcomer();
      slowly();
      const question = sut.say(person, room, 'Tell me everything');
      const id = await growing(room);
      const next = sut.say(person, room, 'And now?');
      const stop = sut.say(person, room, '!stop');
      // The newest waiting question goes first: the one that is not begun.
      await settled(stop.id, next.id);
      expect([await state(question.id), await state(next.id)]).toEqual(['generating', 'cancelled']);
      const again = sut.say(person, room, '!stop');
      await settled(again.id, question.id);
      expect(await state(question.id)).toBe('cancelled');
      const marked = await eventually(
        () => sut.chat.messages.get(id)?.text ?? '',
        (text) => text.endsWith('🛑 Stopped.'),
        2_000,
        'the answer is marked',
      );
      expect(marked).toMatch(/^word0( word\d+)*\s+🛑 Stopped\.$/);
      const edits = sut.chat.versions.length;
      sut.cores.pace = 0;
      sut.cores.reply = () => 'All is well.';
      const after = sut.say(person, room, 'Are you there?');
      expect(await sut.answerTo(after)).toBe('All is well.');
      expect(sut.chat.versions.slice(edits).filter((version) => version.id === id)).toEqual([]);
    });

    it('stops nobody else', async () => {
      const asker = { id: 'asker-id', username: 'asker' };
      const other = { id: 'other-id', username: 'other' };
      const room = sut.chat.channel(`shared${++count}`);
      slowly();
      const question = sut.say(asker, room, '@system-bot tell me everything');
      await eventually(
        () => state(question.id),
        (is) => is === 'generating',
        5_000,
        'it is being answered',
      );
      expect(await sut.answerTo(sut.say(other, room, '!stop'))).toMatch(/nothing to stop/);
      expect(await sut.answerTo(sut.say(ROOT, room, '!stop'))).toMatch(/nothing to stop/);
      expect(await state(question.id)).toBe('generating');
      expect(await sut.answerTo(sut.say(asker, room, '!stop'))).toBe('🛑 Stopped.');
      await settled(question.id);
      expect(await state(question.id)).toBe('cancelled');
    });
  });

  it('!new forgets what was said before, and only in its own room', async () => {
    const { person, room } = newcomer();
    const elsewhere = newcomer();
    const contents = (): string[] => sut.cores.asked.at(-1)?.messages.map(({ content }) => content) ?? [];
    await sut.answerTo(sut.say(person, room, 'My cat is called Filemon'));
    await sut.answerTo(sut.say(elsewhere.person, elsewhere.room, 'My dog is called Reksio'));
    await sut.answerTo(sut.say(person, room, 'What is my cat called?'));
    expect(contents().join()).toContain('Filemon');
    expect(await sut.answerTo(sut.say(person, room, '!new'))).toMatch(/fresh start/);
    await sut.answerTo(sut.say(person, room, 'And my cat?'));
    expect(contents().join()).not.toContain('Filemon');
    expect(contents()).toContain('And my cat?');
    await sut.answerTo(sut.say(elsewhere.person, elsewhere.room, 'And my dog?'));
    expect(contents().join()).toContain('Reksio');
  });

  describe('!language', () => {
    it('pl makes every reply Polish, here and nowhere else', async () => {
      const { person, room } = newcomer();
      const say = async (text: string): Promise<string> => sut.answerTo(sut.say(person, room, text));
      expect(await say('!language pl')).toBe('Od teraz mówię tu po polsku.');
      // A machine that is busy with other things looks like a clock that stood still.
      await eventually(
        () => sut.status(),
        ({ mode }) => mode === 'NORMAL',
        60_000,
        'the clock is trusted again',
      );
      expect(await say('!status')).toMatch(
        /^\*\*Wszystko działa\*\* · epoka \d+ · pytania w kolejce: 0\n- rdzeń 1[^]*\n- serwer czatu \(Rocket\.Chat [\d.]+\): odpowiada$/,
      );
      expect(await say('!help')).toMatch(/Polecenia:\n[^]*- `!stop`: przerwij/);
      expect(await say('!switch 2')).toBe(
        'Polecenie `!switch` mogą wydawać tylko administratorzy i operatorzy tego serwera.',
      );
      expect(await say('!hlep')).toMatch(/^Nie znam polecenia `!hlep`\. Czy chodziło o `!help`\?/);
      expect(await say('!stop')).toMatch(/^Nie ma czego przerywać/);
      expect(await say('!language')).toMatch(/^Użyj `!language en`/);
      expect(await say('!language de')).toMatch(/^Nie mówię w języku „de”/);
      expect(await say('!new')).toMatch(/^🆕 Zaczynamy od nowa/);
      const other = newcomer();
      expect(await sut.answerTo(sut.say(other.person, other.room, '!stop'))).toMatch(/^There is nothing/);
      expect(await say('!language en')).toBe('From now on I speak English here.');
    });

    it('pl makes the words of a refused switch and of a switch Polish', async () => {
      const room = sut.chat.rooms.get('GENERAL') as ChatRoom;
      const say = async (text: string): Promise<string> => sut.answerTo(sut.say(ROOT, room, text));
      expect(await say('!language PL')).toBe('Od teraz mówię tu po polsku.');
      expect(await say('!switch')).toBe('Użyj `!switch <rdzeń>`. Dostępne rdzenie: 1, 2.');
      expect(await say('!switch two')).toMatch(/^Użyj/);
      expect(await say('!switch 9')).toBe('Nie ma rdzenia 9. Dostępne rdzenie: 1, 2.');
      await sut.fall(2);
      expect(await say('!switch 2')).toMatch(
        /^Rdzeń 2 nie może teraz przejąć pracy\. Jego stan: nie działa\./,
      );
      sut.cores.down.clear();
      await sut.proven();
      const { active_core } = await sut.status();
      const target = active_core === 1 ? 2 : 1;
      expect(await say(`!switch ${target}`)).toBe(`Aktywny jest teraz rdzeń ${target}.`);
      await eventually(
        () => [...sut.chat.messages.values()].map(({ text }) => text),
        (texts) =>
          texts.includes(`🔀 Przełączono na polecenie z rdzenia ${String(active_core)} na rdzeń ${target}.`),
        5_000,
        'the notice in Polish',
      );
      await say('!language en');
    });
  });

  it('!listen all makes every message of a channel a question, !listen mentions ends it', async () => {
    const person = { id: 'ear-id', username: 'ear' };
    const room = sut.chat.channel(`quiet${++count}`);
    const before = sut.say(person, room, 'Is anybody here?');
    await settled(before.id);
    expect(sut.answersTo(before)).toEqual([]);
    expect(await sut.answerTo(sut.say(ROOT, room, '!listen all'))).toMatch(/every message/);
    expect(await sut.answerTo(sut.say(person, room, 'And now?'))).toBe('You said: And now?');
    expect(await sut.answerTo(sut.say(ROOT, room, '!listen'))).toMatch(/^Use `!listen all`/);
    expect(await sut.answerTo(sut.say(ROOT, room, '!listen MENTIONS'))).toMatch(/mentions me/);
    const after = sut.say(person, room, 'Still there?');
    await settled(after.id);
    expect(sut.answersTo(after)).toEqual([]);
    expect(await sut.answerTo(sut.say(person, room, '@system-bot hello'))).toBe('You said: hello');
  });

  describe('a command that nobody gave', () => {
    const target = async (): Promise<number> => ((await sut.status()).active_core === 1 ? 2 : 1);
    const unchanged = async (work: () => Promise<unknown>): Promise<void> => {
      const before = (await sut.status()).epoch;
      await work();
      expect((await sut.status()).epoch).toBe(before);
    };

    it.each([
      ['in an answer', (core: number) => `!switch ${core}`],
      ['on a line of its own in an answer', (core: number) => `Sure.\n!switch ${core}\nDone.`],
      ['as code in an answer', (core: number) => `\`!switch ${core}\``],
    ])('%s of the model is only text', async (_where, reply) => {
      const { person, room } = newAdmin();
      const core = await target();
      sut.cores.reply = () => reply(core);
      await unchanged(async () => {
        const answer = await sut.answerTo(sut.say(person, room, 'Please switch the core'));
        expect(answer).toBe(reply(core));
        // The server sends our own message back to us, as it does with everybody's.
        const own = [...sut.chat.messages.values()].findLast(({ text }) => text === answer);
        if (own) sut.realtime.deliver({ ...own }, room);
        await settled(sut.say(person, room, '!help').id);
      });
    });

    it.each([
      ['in a quoted message', (core: number) => `[ ](http://chat.invalid/direct/x?msg=abc) !switch ${core}`],
      ['in a block quote', (core: number) => `> !switch ${core}\nWhat does this mean?`],
      ['in the middle of a sentence', (core: number) => `What does !switch ${core} do?`],
      ['on a later line', (core: number) => `Hello\n!switch ${core}`],
      ['in a code block', (core: number) => `\`\`\`\n!switch ${core}\n\`\`\``],
      ['said to another bot', (core: number) => `@other-bot !switch ${core}`],
      [
        'said to another bot in our hearing',
        (core: number) => `@other-bot !switch ${core} as @system-bot would`,
      ],
    ])('%s is a question at most', async (_where, text) => {
      const { person, room } = newAdmin();
      const core = await target();
      await unchanged(async () => {
        expect(await sut.answerTo(sut.say(person, room, text(core)))).toMatch(/^You said: /);
      });
    });

    it('by a bot, by a webhook, in a system or an encrypted message is ignored', async () => {
      const room = sut.chat.channel(`busy${++count}`);
      const core = await target();
      await unchanged(async () => {
        const said = [
          { bot: true },
          { systemType: 'uj' },
          { encrypted: true },
          { systemType: 'e2e' },
          { hidden: true },
        ].map((extra) => sut.say(ROOT, room, `!switch ${core}`, extra));
        await settled(...said.map(({ id }) => id));
        expect(await Promise.all(said.map(({ id }) => state(id)))).toEqual(said.map(() => 'ignored'));
      });
    });

    it('by an edit is ignored: of an old message, of a question, of a waiting command', async () => {
      const { person, room } = newAdmin();
      const core = await target();
      await unchanged(async () => {
        const unseen = sut.say(person, room, `!switch ${core}`, { editedAt: Date.now() });
        const question = sut.say(person, room, 'Hello');
        await settled(unseen.id, question.id);
        expect(await state(unseen.id)).toBe('ignored');
        const edited = { ...question, text: `!switch ${core}`, editedAt: Date.now() };
        sut.realtime.deliver(edited, room);
        // Somebody who may edit others' messages changes a command that is accepted but not run yet.
        const command = sut.say(person, room, '!help');
        await settled(command.id);
        await sut.app.get(Store).run("UPDATE inbox SET state = 'queued' WHERE id = ?", command.id);
        sut.realtime.deliver({ ...command, text: `!switch ${core}`, editedAt: Date.now() }, room);
        await settled(sut.say(person, room, '!help').id);
        expect((await sut.app.get(QuestionJournal).find(command.id))?.text).toBe('!help');
      });
    });

    it('works where it is given: after a mention of the assistant, in any case', async () => {
      const room = sut.chat.channel(`open${++count}`);
      const core = await target();
      const answer = await sut.answerTo(sut.say(ROOT, room, `@system-bot: !SWITCH   ${core}`));
      expect(answer).toBe(`Core ${core} is active now.`);
    });
  });
});
