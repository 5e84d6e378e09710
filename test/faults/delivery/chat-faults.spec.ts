import {
  chatFaults,
  type CallFault,
  type FaultConnection,
} from '../../../src/embedded/chat-server/chat-server-faults';
import { ChatPerson, eventually } from '../../support/chat-person';
import { Stage } from './support/stage';

jest.setTimeout(90_000);

const QUESTION = 'a question in 20 sentences';

type Hook = 'beforeCall' | 'afterCall';

/** The assistant's first `times` calls of `route` fare so. */
function strike(stage: Stage, hook: Hook, route: string, fault: CallFault, times: number): void {
  let left = times;
  stage.faults[hook] = (call) =>
    call.route === route && call.username === 'system-bot' && left-- > 0 ? fault : undefined;
}

describe.each([
  ['with the growing text shown', {}],
  ['with whole posts', { RDZEN_STREAMING: 'false' }],
])('a chat server that fails at a post, %s', (_, environment: Record<string, string>) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set({ tokensPerSecond: 150, environment });
    await stage.run();
  });
  afterEach(() => {
    stage.faults.afterCall = undefined;
    stage.faults.beforeCall = undefined;
  });
  afterAll(() => stage.close());

  it.each<[string, Hook, CallFault]>([
    ['stores it and loses the reply', 'afterCall', { kind: 'drop' }],
    ['stores it and answers 500', 'afterCall', chatFaults.internalError()],
    ['stores it behind a proxy that answers 502', 'afterCall', chatFaults.proxyPage()],
    ['breaks off before it is stored', 'beforeCall', { kind: 'drop' }],
    ['answers 500 and stores nothing', 'beforeCall', chatFaults.internalError()],
    ['answers 429', 'beforeCall', chatFaults.tooManyRequests(2)],
  ])('%s: one answer', async (what, hook, fault) => {
    const person = await stage.enter(`Ann, who ${what}`);
    const room = await person.direct();
    const question = `It ${what}; in 20 sentences`;
    strike(stage, hook, 'chat.sendMessage', fault, 2);
    await person.say(room, question);
    await stage.expectAnswers(person, room, [question]);
    expect(stage.timesGenerated(question)).toBe(1);
  });
});

describe('a chat server that fails', () => {
  let stage: Stage;
  let ann: ChatPerson;
  let room: string;

  async function set(environment: Record<string, string> = {}): Promise<void> {
    stage = await Stage.set({ tokensPerSecond: 100, environment });
    ann = await stage.enter('Ann');
    room = await ann.direct();
  }
  afterEach(() => stage.close());

  async function growing(): Promise<void> {
    const begun = ([first]: { text: string }[]): boolean => first?.text.endsWith('▍') ?? false;
    await eventually(() => ann.answersIn(room), begun, 10_000, 'an answer grows');
  }

  it.each<[string, Hook, CallFault]>([
    ['makes an edit and loses its reply', 'afterCall', { kind: 'drop' }],
    ['answers edits with 500', 'beforeCall', chatFaults.internalError()],
    ['answers edits with 429', 'beforeCall', chatFaults.tooManyRequests(1)],
  ])('%s: the whole answer stands', async (_, hook, fault) => {
    await set();
    await stage.run();
    strike(stage, hook, 'chat.update', fault, 3);
    await ann.say(room, QUESTION);
    await stage.expectAnswers(ann, room, [QUESTION], 30_000);
  });

  it('stores a post and never answers: one answer once the call has timed out', async () => {
    await set({ RDZEN_STREAMING: 'false' });
    await stage.run();
    strike(stage, 'afterCall', 'chat.sendMessage', { kind: 'hang' }, 1);
    await ann.say(room, QUESTION);
    await stage.expectAnswers(ann, room, [QUESTION]);
    await eventually(
      () => stage.journal<{ state: string }>("SELECT state FROM inbox WHERE state <> 'ignored'"),
      ([row]) => row?.state === 'posted',
      25_000,
      'the answer is known to stand',
    );
    await stage.expectAnswers(ann, room, [QUESTION]);
  });

  it('cuts the socket in mid-answer, and keeps it shut for the next question', async () => {
    await set();
    await stage.run();
    await ann.say(room, QUESTION);
    await growing();
    stage.cutSockets();
    await ann.say(room, 'asked while the socket was down');
    await stage.expectAnswers(ann, room, [QUESTION, 'asked while the socket was down']);
  });

  it('goes half-open: the dead socket is found out and what was asked meanwhile is answered', async () => {
    await set();
    await stage.run();
    const dead = new Set<string>();
    const living = new Set<string>();
    let open = false;
    const swallow = (_: unknown, { id, username }: FaultConnection): boolean => {
      if (username === 'system-bot' && !dead.has(id)) (open ? living : dead).add(id);
      return dead.has(id);
    };
    stage.faults.dropOutgoing = swallow;
    stage.faults.dropIncoming = swallow;
    await ann.say(room, 'asked into a dead socket');
    await eventually(() => dead.size, Boolean, 5_000, 'the socket is dead');
    open = true;
    await stage.expectAnswers(ann, room, ['asked into a dead socket'], 50_000);
    // The look into every room, once a minute, may have found the question before the silence was long enough.
    await eventually(() => living.size, Boolean, 50_000, 'it has another socket');
    await ann.say(room, 'asked into the new one');
    await stage.expectAnswers(ann, room, ['asked into a dead socket', 'asked into the new one'], 10_000);
  });

  it('refuses the subscription at first', async () => {
    await set();
    let refusals = 0;
    stage.faults.refuseSubscription = (name) => name === 'stream-room-messages' && refusals++ < 2;
    await stage.run();
    expect(refusals).toBeGreaterThan(2);
    await ann.say(room, QUESTION);
    await stage.expectAnswers(ann, room, [QUESTION]);
  });

  it('is restarted while an answer is being written', async () => {
    await set();
    await stage.run();
    await ann.say(room, QUESTION);
    await growing();
    await stage.stopChat();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await stage.startChat();
    await ann.say(room, 'asked right after');
    await stage.expectAnswers(ann, room, [QUESTION, 'asked right after'], 30_000);
    expect(stage.timesGenerated(QUESTION)).toBe(1);
  });

  it('comes up long after the gateway', async () => {
    await set();
    await stage.stopChat();
    await stage.rdzen.launch();
    await eventually(
      () => stage.rdzen.output,
      (said) => said.includes('Waiting for the chat server'),
      10_000,
      'it says so',
    );
    await stage.startChat();
    await stage.rdzen.ready();
    await ann.say(room, QUESTION);
    await stage.expectAnswers(ann, room, [QUESTION]);
  });

  it.each([
    ['and goes on with the socket it has', false],
    ['and cuts the socket', true],
  ])('revokes the token in mid-answer %s', async (_, cut) => {
    await set();
    await stage.run();
    await ann.say(room, QUESTION);
    await growing();
    stage.revokeTokens();
    if (cut) stage.cutSockets();
    await stage.expectAnswers(ann, room, [QUESTION]);
    await ann.say(room, 'asked with a new token');
    await stage.expectAnswers(ann, room, [QUESTION, 'asked with a new token'], 30_000);
    expect((await stage.rdzen.status()).rocketchat_connected).toBe(true);
  });
});
