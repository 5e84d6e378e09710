import { ChatPerson, eventually } from '../../support/chat-person';
import { RunningRdzen } from '../../support/running-rdzen';

jest.setTimeout(60_000);

describe('commands in the real process', () => {
  let rdzen: RunningRdzen;
  let root: ChatPerson;
  let ann: ChatPerson;
  let bob: ChatPerson;

  beforeAll(async () => {
    rdzen = await RunningRdzen.start();
    [root, ann, bob] = await Promise.all([
      ChatPerson.enter(rdzen.chatUrl, 'Root', rdzen.adminKey),
      ChatPerson.enter(rdzen.chatUrl, 'Ann'),
      // Names prove nothing.
      ChatPerson.enter(rdzen.chatUrl, 'Admin Nistrator'),
    ]);
  });
  afterAll(async () => {
    for (const person of [root, ann, bob]) person?.leave();
    await rdzen?.close();
  });

  /** Gives a command in a channel and resolves with the reply, which stands in a thread under it. */
  const inChannel = async (person: ChatPerson, channel: string, text: string): Promise<string> => {
    const id = await person.say(channel, text);
    const [reply] = await eventually(
      () => person.answersInThread(id),
      ({ length }) => length > 0,
      10_000,
      `a reply to ${text}`,
    );
    return reply?.text ?? '';
  };
  const directly = async (person: ChatPerson, text: string): Promise<string> => {
    const room = await person.direct();
    const before = (await person.answersIn(room)).length;
    await person.say(room, text);
    return (await person.waitForAnswers(room, before + 1)).at(-1) ?? '';
  };

  it('switches the core for an administrator and for nobody else', async () => {
    expect(await directly(bob, '!switch 2')).toMatch(/^Only administrators and operators/);
    expect(await directly(ann, '!switch 2')).toMatch(/^Only administrators and operators/);
    expect(await rdzen.status()).toMatchObject({ active_core: 1, epoch: 1 });
    expect(await directly(root, '!switch 2')).toBe('Core 2 is active now.');
    expect(await rdzen.status()).toMatchObject({ active_core: 2, epoch: 2 });
    const history = await fetch(`${rdzen.apiUrl}/api/v1/failover/history`, {
      headers: { authorization: `Bearer ${rdzen.adminKey}` },
    });
    expect(await history.json()).toEqual([expect.objectContaining({ by: `chat:${root.userId}` })]);
  });

  it('lets the owner of a channel set its language, and no guest of it', async () => {
    const channel = await ann.channel('pokoj', ['system-bot', bob.username]);
    expect(await inChannel(bob, channel, '!language pl')).toMatch(/^Only owners and moderators/);
    expect(await inChannel(ann, channel, '!language pl')).toBe('Od teraz mówię tu po polsku.');
    expect(await inChannel(bob, channel, '!listen all')).toMatch(
      /^Polecenie `!listen` mogą wydawać tylko właściciele/,
    );
    expect(await inChannel(bob, channel, '!status')).toMatch(/^\*\*Wszystko działa\*\*/);
  });

  it('stops a running answer: what stands is marked and edited no more, and the next question is answered', async () => {
    const room = await ann.direct();
    await ann.say(room, 'Tell me a long story');
    const growing = await eventually(
      async () => (await ann.answersIn(room)).find(({ text }) => text.endsWith('▍') && text.length > 60),
      (found) => found !== undefined,
      15_000,
      'an answer grows',
    );
    const id = growing?.id ?? '';
    await ann.say(room, '!stop');
    await eventually(
      () => ann.versions(id).at(-1) ?? '',
      (text) => text.endsWith('🛑 Stopped.'),
      5_000,
      'the answer is marked as stopped',
    );
    const versions = ann.versions(id).length;
    await ann.say(room, 'Hello, who are you?');
    await eventually(
      async () => (await ann.answersIn(room)).map(({ text }) => text),
      (texts) => texts.some((text) => /scripted core/.test(text) && !text.endsWith('▍')),
      15_000,
      'the next question is answered',
    );
    expect(ann.versions(id)).toHaveLength(versions);
  });
});
