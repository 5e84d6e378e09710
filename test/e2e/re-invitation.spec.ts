import { ChatPerson, eventually } from '../support/chat-person';
import { RunningRdzen } from '../support/running-rdzen';

jest.setTimeout(60_000);

describe('an assistant that was out of a room for a while', () => {
  let rdzen: RunningRdzen;
  let ann: ChatPerson;
  let bot: string;

  beforeAll(async () => {
    rdzen = await RunningRdzen.start();
    ann = await ChatPerson.enter(rdzen.chatUrl, 'Ann');
    bot = (await ann.call<{ user: { _id: string } }>('GET', 'users.info?username=system-bot')).user._id;
  });
  afterAll(async () => {
    ann?.leave();
    await rdzen?.close();
  });

  it.each(['while it runs', 'after a restart'])(
    'answers nothing said to it meanwhile, invited again %s',
    async (when) => {
      const room = await ann.channel(`dev-${when.replaceAll(' ', '-')}`);
      const answered = async (id: string): Promise<number> =>
        (await ann.answersInThread(id)).filter(({ text }) => !text.endsWith('▍')).length;
      const before = await ann.say(room, '@system-bot are you here?');
      await eventually(
        () => answered(before),
        (count) => count === 1,
        15_000,
        'it answers while it is in',
      );

      await ann.call('POST', 'channels.kick', { roomId: room, userId: bot });
      const meanwhile = await ann.say(room, '@system-bot and now?');
      const command = await ann.say(room, '!status');
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      if (when === 'after a restart') await rdzen.exitCleanly();
      await ann.call('POST', 'channels.invite', { roomId: room, userId: bot }).catch(async () => {
        // The embedded chat server went down with the gateway: invite once both are back.
        await rdzen.launch();
        await rdzen.ready();
        await ann.call('POST', 'channels.invite', { roomId: room, userId: bot });
      });
      await rdzen.ready();
      const after = await ann.say(room, '@system-bot welcome back, are you there?');
      await eventually(
        () => answered(after),
        (count) => count === 1,
        15_000,
        'it answers again',
      );
      expect(await answered(meanwhile)).toBe(0);
      expect(await answered(command)).toBe(0);
    },
  );
});
