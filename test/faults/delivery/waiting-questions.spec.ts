import { chatFaults } from '../../../src/embedded/chat-server/chat-server-faults';
import { ChatPerson, eventually } from '../../support/chat-person';
import { isPost, Stage } from './support/stage';

jest.setTimeout(60_000);

const SHORT = 'a short one';

describe('a restart with questions waiting', () => {
  let stage: Stage;
  let ann: ChatPerson;
  let room: string;

  beforeEach(async () => {
    stage = await Stage.set({ tokensPerSecond: 100 });
    ann = await stage.enter('Ann');
    room = await ann.direct();
    await stage.run();
  });
  afterEach(() => stage.close());

  const QUEUE = ['first in 20 sentences', 'second', 'third'];

  async function askAll(): Promise<string[]> {
    const ids: string[] = [];
    for (const question of QUEUE) ids.push(await ann.say(room, question));
    await eventually(
      () => stage.journal("SELECT id FROM inbox WHERE state <> 'ignored'").length,
      (count) => count === QUEUE.length,
      5_000,
      'all questions are in the journal',
    );
    return ids;
  }

  it('answers them in the order in which they were asked', async () => {
    await askAll();
    await stage.kill();
    await stage.run();
    await stage.expectAnswers(ann, room, QUEUE);
  });

  it('does not answer the one that was deleted meanwhile', async () => {
    const [, second] = await askAll();
    await stage.kill();
    await ann.call('POST', 'chat.delete', { roomId: room, msgId: second });
    await stage.run();
    await stage.expectAnswers(ann, room, ['first in 20 sentences', 'third']);
  });
});

describe('a question that nobody works on yet when the gateway dies', () => {
  let stage: Stage;
  let ann: ChatPerson;
  let room: string;
  let asked: string;

  beforeEach(async () => {
    stage = await Stage.set();
    ann = await stage.enter('Ann');
    room = await ann.direct();
    await stage.run({ RDZEN_CRASH_AT: 'question-accepted' });
    asked = await ann.say(room, 'asked');
    await stage.died();
  });
  afterEach(() => stage.close());

  it('is answered by its newest text when it is edited meanwhile', async () => {
    await ann.call('POST', 'chat.update', { roomId: room, msgId: asked, text: 'put better' });
    await stage.run();
    await stage.expectAnswers(ann, room, ['put better']);
  });

  it('is not answered when it is deleted meanwhile', async () => {
    await ann.call('POST', 'chat.delete', { roomId: room, msgId: asked });
    await ann.say(room, 'asked instead');
    await stage.run();
    await stage.expectAnswers(ann, room, ['asked instead']);
  });
});

it('what was asked before the first start is history, even where that start failed', async () => {
  const stage = await Stage.set();
  try {
    const ann = await stage.enter('Ann');
    const room = await ann.direct();
    await ann.say(room, 'asked when nobody was here');
    await stage.rdzen.launch({ RDZEN_SYSTEM_PROMPT_FILE: '/nowhere/at/all' });
    expect(await stage.rdzen.exit()).toBe(1);
    await stage.run();
    await ann.say(room, 'asked now');
    await stage.expectAnswers(ann, room, ['asked now']);
  } finally {
    await stage.close();
  }
});

describe('a question that waits its turn', () => {
  let stage: Stage;
  let ann: ChatPerson;
  let room: string;

  beforeEach(async () => {
    stage = await Stage.set({ tokensPerSecond: 100, environment: { RDZEN_STREAMING: 'false' } });
    ann = await stage.enter('Ann');
    room = await ann.direct();
    await stage.run();
  });
  afterEach(() => stage.close());

  it('is not answered when it is deleted, however soon', async () => {
    await ann.say(room, 'first in 15 sentences');
    const second = await ann.say(room, 'second');
    await ann.say(room, 'third');
    await ann.call('POST', 'chat.delete', { roomId: room, msgId: second });
    await stage.expectAnswers(ann, room, ['first in 15 sentences', 'third']);
  });

  it('is answered by its newest text when it is edited', async () => {
    await ann.say(room, 'first in 15 sentences');
    const second = await ann.say(room, 'second');
    await ann.call('POST', 'chat.update', { roomId: room, msgId: second, text: 'second, put better' });
    await stage.expectAnswers(ann, room, ['first in 15 sentences', 'second, put better']);
  });

  it('does not wait for the queue of another room', async () => {
    const bob = await stage.enter('Bob');
    const bobsRoom = await bob.direct();
    const annsQueue = [1, 2, 3].map((number) => `question ${number} in 20 sentences`);
    for (const question of annsQueue) await ann.say(room, question);
    await bob.say(bobsRoom, SHORT);
    await stage.expectAnswers(bob, bobsRoom, [SHORT]);
    expect((await ann.answersIn(room)).length).toBeLessThan(3);
    await stage.expectAnswers(ann, room, annsQueue);
  });

  it('is not answered when it is deleted while a core writes the answer', async () => {
    const first = await ann.say(room, 'first in 15 sentences');
    await eventually(() => stage.timesGenerated('first in 15 sentences'), Boolean, 5_000, 'a core answers');
    await ann.call('POST', 'chat.delete', { roomId: room, msgId: first });
    await ann.say(room, 'second');
    await stage.expectAnswers(ann, room, ['second']);
  });

  it('is held back by a posting that cannot be made, and by nothing else', async () => {
    const bob = await stage.enter('Bob');
    const bobsRoom = await bob.direct();
    stage.faults.beforeCall = (call) => {
      const { rid } = (call.body['message'] ?? {}) as { rid?: string };
      return isPost(call) && rid === room ? chatFaults.internalError() : undefined;
    };
    await ann.say(room, SHORT);
    await ann.say(room, 'second');
    await bob.say(bobsRoom, SHORT);
    await stage.expectAnswers(bob, bobsRoom, [SHORT]);
    stage.faults.beforeCall = undefined;
    await stage.expectAnswers(ann, room, [SHORT, 'second']);
  });
});
