import type { RestAnswer, RestClient } from './support/rest-client';
import { complaints, ref, requestValidator, success, vendor } from './support/vendor';
import { Workspace } from './support/workspace';

const TEXT = { type: 'string' };
const NUMBER = { type: 'number' };
const list = (name: string): unknown => ({ type: 'array', items: ref(name) });
const PAGED = { count: NUMBER, offset: NUMBER, total: NUMBER };

describe('answers, judged by the schemas of core-typings', () => {
  let workspace: Workspace;
  let bot: RestClient;
  let person: RestClient;
  let general: string;
  let direct: string;

  beforeAll(async () => {
    workspace = await Workspace.start();
    bot = workspace.bot;
    person = await workspace.anonymous.enterAs('Żaneta Kos');
    general = await workspace.general(person);
    direct = await workspace.direct(person);
    const text = 'Hello @system-bot and @all, see #general and https://example.org/a';
    await workspace.say(person, general, text, { _id: 'root' });
    await workspace.say(bot, general, 'An answer', { _id: 'reply', tmid: 'root', bot: { i: 'rdzen' } });
    await workspace.say(person, direct, 'In private', { _id: 'private' });
    await bot.post('chat.react', { messageId: 'root', emoji: ':eyes:' });
    await bot.post('chat.update', {
      roomId: general,
      msgId: 'reply',
      text: 'A longer answer',
      previewUrls: [],
    });
  });
  afterAll(() => workspace.stop());

  const expectSound = (answer: RestAnswer, schema: unknown): void => {
    expect({ status: answer.status, complaints: complaints(schema, answer.body) }).toEqual({
      status: 200,
      complaints: [],
    });
  };

  it('really looks: a message without its author is refused', async () => {
    const { body } = await bot.get('chat.getMessage', { msgId: 'root' });
    const { u: _author, ...crippled } = body['message'] as Record<string, unknown>;
    expect(complaints(ref('IMessage'), crippled)).toEqual([" must have required property 'u'"]);
  });

  it.each(['root', 'reply', 'private'])('chat.getMessage of %s', async (msgId) => {
    expectSound(await bot.get('chat.getMessage', { msgId }), success({ message: ref('IMessage') }));
  });

  it('chat.sendMessage, chat.postMessage and chat.update', async () => {
    const sent = await bot.post('chat.sendMessage', {
      message: { rid: general, msg: 'one' },
      previewUrls: [],
    });
    expectSound(sent, success({ message: ref('IMessage') }));
    const posted = await bot.post('chat.postMessage', { channel: '#general', text: 'two' });
    expectSound(posted, success({ ts: NUMBER, channel: TEXT, message: ref('IMessage') }));
    const { _id: msgId } = posted.body['message'] as { _id: string };
    const updated = await bot.post('chat.update', { roomId: general, msgId, text: 'three' });
    expectSound(updated, success({ message: ref('IMessage') }));
    const deleted = await bot.post('chat.delete', { roomId: general, msgId });
    expectSound(deleted, success({ _id: TEXT, ts: TEXT, message: ref('IMessage') }));
  });

  it('histories and threads', async () => {
    const messages = success({ messages: list('IMessage') });
    expectSound(await bot.get('channels.history', { roomId: general, count: 50 }), messages);
    expectSound(await bot.get('im.history', { roomId: direct, count: 50 }), messages);
    const thread = await bot.get('chat.getThreadMessages', { tmid: 'root' });
    expectSound(thread, success({ messages: list('IMessage'), ...PAGED }));
  });

  it('chat.syncMessages', async () => {
    const removed = { type: 'array', items: { type: 'object', required: ['_id', '_deletedAt'] } };
    const cursor = { type: 'object', required: ['next', 'previous'] };
    const result = {
      type: 'object',
      properties: { updated: list('IMessage'), deleted: removed, cursor },
      required: ['updated', 'deleted'],
      additionalProperties: false,
    };
    const lastUpdate = new Date(0).toISOString();
    expectSound(await bot.get('chat.syncMessages', { roomId: general, lastUpdate }), success({ result }));
    const paged = await bot.get('chat.syncMessages', {
      roomId: general,
      type: 'UPDATED',
      next: '1',
      count: 2,
    });
    expectSound(paged, success({ result }));
  });

  it('rooms and subscriptions', async () => {
    expectSound(await bot.get('rooms.info', { roomId: general }), success({ room: ref('IRoom') }));
    expectSound(await bot.get('rooms.info', { roomId: direct }), success({ room: ref('IRoom') }));
    expectSound(await bot.get('rooms.get'), success({ update: list('IRoom'), remove: { type: 'array' } }));
    const subscriptions = success({ update: list('ISubscription'), remove: { type: 'array' } });
    expectSound(await bot.get('subscriptions.get'), subscriptions);
    expectSound(await person.get('subscriptions.get'), subscriptions);
    const one = await bot.get('subscriptions.getOne', { roomId: direct });
    expectSound(one, success({ subscription: ref('ISubscription') }));
    expectSound(await bot.post('channels.create', { name: 'made' }), success({ channel: ref('IRoom') }));
    expectSound(await bot.post('groups.create', { name: 'hidden' }), success({ group: ref('IRoom') }));
    const { userId = '' } = person.session ?? {};
    expectSound(
      await bot.post('groups.invite', { roomName: 'hidden', userId }),
      success({ group: ref('IRoom') }),
    );
    expectSound(await person.post('channels.join', { roomName: 'made' }), success({ channel: ref('IRoom') }));
  });

  it('users', async () => {
    expectSound(await bot.get('me'), vendor().rest['meSuccessResponseSchema']);
    expectSound(await person.get('me'), vendor().rest['meSuccessResponseSchema']);
    expectSound(await bot.get('users.info', { username: 'system-bot' }), success({ user: ref('IUser') }));
    const login = await workspace.anonymous.post('login', {
      user: 'system-bot',
      password: 'a secret of the bot',
    });
    const data = {
      type: 'object',
      properties: { userId: TEXT, authToken: TEXT, me: ref('IMeApiUser') },
      required: ['userId', 'authToken', 'me'],
    };
    expectSound(login, success({ status: { const: 'success' }, data }));
  });

  it('settings and roles', async () => {
    const setting = { type: 'object', required: ['_id', 'value'] };
    const settings = await bot.get('settings.public', {
      _id: 'Message_MaxAllowedSize,UI_Use_Real_Name,Threads_enabled',
    });
    expectSound(
      settings,
      success({ settings: { type: 'array', items: setting, minItems: 3, maxItems: 3 }, ...PAGED }),
    );
    const roles = { type: 'array', items: { type: 'object', required: ['_id', 'rid', 'u', 'roles'] } };
    expectSound(await bot.get('channels.roles', { roomId: general }), success({ roles }));
    const users = { type: 'array', items: { type: 'object', required: ['_id', 'username', 'roles'] } };
    expectSound(await bot.get('roles.getUsersInPublicRoles'), success({ users }));
    const member = await bot.get('rooms.isMember', { roomId: general, username: 'zaneta.kos' });
    expectSound(member, success({ isMember: { const: true } }));
  });

  it('refusals', async () => {
    const shapes: [RestAnswer, number, string][] = [
      [await bot.post('chat.update', {}), 400, 'validateBadRequestErrorResponse'],
      [await bot.get('chat.getMessage', { msgId: 'nowhere' }), 400, 'validateBadRequestErrorResponse'],
      [await workspace.anonymous.get('rooms.get'), 401, 'validateUnauthorizedErrorResponse'],
      [await bot.get('no.such.call'), 404, 'validateNotFoundErrorResponse'],
    ];
    for (const [{ status, body }, expected, validator] of shapes) {
      const accepts = requestValidator(validator);
      expect({ status, accepted: accepts(structuredClone(body)), body }).toEqual({
        status: expected,
        accepted: true,
        body,
      });
    }
  });

  it('events of the realtime side, their dates aside', async () => {
    const wire = await workspace.wire(bot);
    const { userId = '' } = bot.session ?? {};
    await wire.subscribe('stream-room-messages', '__my_messages__');
    await wire.subscribe('stream-notify-user', `${userId}/rooms-changed`);
    await wire.subscribe('stream-notify-user', `${userId}/subscriptions-changed`);
    await workspace.say(person, direct, 'Once more', { _id: 'more' });
    const [message] = await wire.event('__my_messages__');
    const [, room] = await wire.event(`${userId}/rooms-changed`);
    const [, subscription] = await wire.event(`${userId}/subscriptions-changed`);
    expect(complaints(ref('IMessage'), plainDates(message))).toEqual([]);
    expect(complaints(ref('IRoom'), plainDates(room))).toEqual([]);
    expect(complaints(ref('ISubscription'), plainDates(subscription))).toEqual([]);
  });
});

/** `{$date: ms}` as the ISO text that the schemas ask for. */
function plainDates(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) =>
      typeof inner === 'object' && inner !== null && '$date' in inner
        ? new Date(Number(inner.$date)).toISOString()
        : inner,
    ),
  );
}
