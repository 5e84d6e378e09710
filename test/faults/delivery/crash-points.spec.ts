import { ChatPerson, eventually } from '../../support/chat-person';
import { RunningRdzen } from '../../support/running-rdzen';
import { answerTo } from './support/recital';
import { isPost, Stage, type StageOptions } from './support/stage';

jest.setTimeout(60_000);

const SHORT = 'a short one';
const LONG = 'a long one in 40 sentences';
const PARTS: StageOptions = { maxMessageLength: 600 };
const WHOLE_POSTS = { RDZEN_STREAMING: 'false' };

describe('the gateway is killed at any point of the life of a message', () => {
  let stage: Stage;
  let ann: ChatPerson;
  let room: string;

  async function set(options: StageOptions = {}): Promise<void> {
    stage = await Stage.set(options);
    ann = await stage.enter('Ann');
    room = await ann.direct();
  }
  afterEach(() => stage.close());

  interface Case {
    name: string;
    at: string;
    question: string;
    generations: number;
    options?: StageOptions;
  }

  it.each<Case>([
    { name: 'C2: the question is in memory only', at: 'event-received', question: SHORT, generations: 1 },
    { name: 'C3: the question is in the journal', at: 'question-accepted', question: SHORT, generations: 1 },
    { name: 'C4: a core was chosen, no token came', at: 'attempt-begun', question: SHORT, generations: 1 },
    { name: 'C5: half of the text is shown', at: 'text-shown:2', question: LONG, generations: 2 },
    { name: 'C6: the whole text is in memory only', at: 'text-complete', question: SHORT, generations: 2 },
    {
      name: 'C7: the answer is committed, not posted',
      at: 'answer-committed',
      question: SHORT,
      generations: 1,
    },
    {
      name: 'C7: the same before its first post',
      at: 'before-post',
      question: SHORT,
      generations: 1,
      options: { environment: WHOLE_POSTS },
    },
    { name: 'C10: the final edit is made, not marked', at: 'post-replied', question: LONG, generations: 1 },
    {
      name: 'C10: the answer is posted, not marked',
      at: 'post-replied',
      question: SHORT,
      generations: 1,
      options: { environment: WHOLE_POSTS },
    },
    {
      name: 'C10: all parts are marked, the answer is not',
      at: 'answer-posted',
      question: SHORT,
      generations: 1,
    },
    {
      name: 'C11: two parts of many are posted',
      at: 'part-posted:2',
      question: LONG,
      generations: 1,
      options: { ...PARTS, environment: WHOLE_POSTS },
    },
    {
      name: 'C11: two parts of many show the growing text',
      at: 'text-shown:3',
      question: LONG,
      generations: 2,
      options: { ...PARTS, tokensPerSecond: 120 },
    },
    {
      name: 'C11: the final edit of two parts of many is made',
      at: 'part-posted:2',
      question: LONG,
      generations: 1,
      options: PARTS,
    },
  ])('$name ($at)', async ({ at, question, generations, options }) => {
    await set(options);
    await stage.run({ RDZEN_CRASH_AT: at });
    await ann.say(room, question);
    await stage.died();
    await stage.run();
    await stage.expectAnswers(ann, room, [question]);
    expect(stage.timesGenerated(question)).toBe(generations);
  });

  it('C5: more parts are shown than the next attempt writes: none of the old text stays', async () => {
    let wordy = true;
    const answer = (): string => answerTo(wordy ? LONG : 'something in 4 sentences');
    await set({ ...PARTS, tokensPerSecond: 120, answer });
    await stage.run({ RDZEN_CRASH_AT: 'text-shown:4' });
    await ann.say(room, 'anything');
    await stage.died();
    const shown = (await ann.answersIn(room)).length;
    expect(shown).toBeGreaterThan(1);
    wordy = false;
    await stage.run();
    const leftBlank = Array.from({ length: shown - 1 }, () => '—');
    const expected = [...stage.partsOf('something in 4 sentences'), ...leftBlank];
    await stage.expectTexts(() => ann.answersIn(room), expected);
  });

  it('C1: the question never reaches the socket', async () => {
    await set();
    await stage.run();
    stage.faults.dropOutgoing = ({ collection }) => collection === 'stream-room-messages';
    await ann.say(room, SHORT);
    await stage.kill();
    stage.faults.dropOutgoing = undefined;
    await ann.say(room, 'a second one, asked meanwhile');
    await stage.run();
    await stage.expectAnswers(ann, room, [SHORT, 'a second one, asked meanwhile']);
  });

  it.each([
    ['C8: the post is stored, its reply is lost with the gateway', 'afterCall'],
    ['C9: the post is on its way, and is lost with the gateway', 'beforeCall'],
  ] as const)('%s', async (_, hook) => {
    await set({ environment: WHOLE_POSTS });
    await stage.run();
    let hit = false;
    stage.faults[hook] = (call) => {
      if (!isPost(call)) return undefined;
      hit = true;
      return { kind: 'hang' };
    };
    await ann.say(room, SHORT);
    await eventually(() => hit, Boolean, 10_000, 'the answer is being posted');
    await stage.kill();
    stage.faults[hook] = undefined;
    await stage.run();
    await stage.expectAnswers(ann, room, [SHORT]);
    expect(stage.timesGenerated(SHORT)).toBe(1);
  });

  it('C12: the other core is promoted, what the dead one wrote is not taken up yet (core-promoted)', async () => {
    await set({ tokensPerSecond: 100 });
    await stage.run({ RDZEN_CRASH_AT: 'core-promoted' });
    await ann.say(room, LONG);
    await eventually(
      () => ann.answersIn(room),
      ([text]) => text !== undefined,
      10_000,
      'an answer grows',
    );
    await stage.cores[0]?.set({ kind: 'refuse' });
    await stage.died();
    await stage.rdzen.launch();
    await stage.expectAnswers(ann, room, [LONG]);
    expect(await stage.rdzen.status()).toMatchObject({ active_core: 2, epoch: 2 });
    expect(await stage.noticesIn(ann, { direct: room })).toHaveLength(1);
  });

  it.each([1, 2])('C16: notice %i of two is posted, not marked: no second one', async (which) => {
    await set({ tokensPerSecond: 100 });
    await stage.run({ RDZEN_CRASH_AT: `notice-posted:${which}` });
    await ann.say(room, LONG);
    await eventually(
      () => ann.answersIn(room),
      ([text]) => text !== undefined,
      10_000,
      'an answer grows',
    );
    await stage.cores[0]?.set({ kind: 'refuse' });
    await stage.died();
    await stage.rdzen.launch();
    await stage.expectAnswers(ann, room, [LONG]);
    expect(await stage.noticesIn(ann, { direct: room })).toEqual([
      expect.stringContaining('Switched from core 1 to core 2'),
    ]);
    expect(await stage.noticesIn(ann, { channel: 'general' })).toHaveLength(1);
  });

  it('C17: the journal is lost: what was answered is not answered again', async () => {
    await set(PARTS);
    await stage.run();
    // More than one person may have waiting at a time, and more than the burst of a busy minute.
    const asked = Array.from({ length: 7 }, (_, index) => `question ${index + 1} in 12 sentences`);
    const bob = await stage.enter('Bob');
    const bobsRoom = await bob.direct();
    const answered: string[] = [];
    for (const question of asked.slice(0, 4)) {
      await ann.say(room, question);
      answered.push(question);
      await stage.expectAnswers(ann, room, answered);
    }
    await bob.say(bobsRoom, LONG);
    await stage.expectAnswers(bob, bobsRoom, [LONG]);
    await stage.kill();
    stage.loseJournal();
    await ann.say(room, 'asked while it was gone');
    await stage.run();
    await stage.expectAnswers(ann, room, [...answered, 'asked while it was gone']);
    await stage.expectAnswers(bob, bobsRoom, [LONG]);
    for (const question of [...answered, LONG]) expect(stage.timesGenerated(question)).toBe(1);
    expect(await stage.noticesIn(ann, { direct: room })).toEqual([]);
  });

  it('C17: the journal is lost with the long answer half written: it is completed, once', async () => {
    await set({ ...PARTS, tokensPerSecond: 120 });
    await stage.run({ RDZEN_CRASH_AT: 'text-shown:3' });
    await ann.say(room, LONG);
    await stage.died();
    expect((await ann.answersIn(room)).length).toBeGreaterThan(1);
    stage.loseJournal();
    await stage.run();
    await stage.expectAnswers(ann, room, [LONG]);
  });

  it('with everything embedded: the chat server and both cores die with the gateway', async () => {
    const rdzen = await RunningRdzen.create();
    let person: ChatPerson | undefined;
    try {
      await rdzen.launch({ RDZEN_CRASH_AT: 'text-shown:2' });
      await rdzen.ready();
      person = await ChatPerson.enter(rdzen.chatUrl, 'Eve');
      const direct = await person.direct();
      await person.say(direct, 'Hello');
      expect(await rdzen.exit()).toBe('SIGKILL');
      await rdzen.launch();
      await rdzen.ready();
      const answers = await person.waitForAnswers(direct, 1);
      expect(answers).toEqual([expect.stringMatching(/^I am the scripted core.*while I tell it\.$/)]);
    } finally {
      person?.leave();
      await rdzen.close();
    }
  });
});
