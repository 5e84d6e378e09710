import type { RestClient } from './support/rest-client';
import { Workspace, type Message } from './support/workspace';

describe('messages of the chat server', () => {
  let now: number | undefined;
  let workspace: Workspace;
  let bot: RestClient;
  let person: RestClient;
  let general: string;

  beforeAll(async () => {
    workspace = await Workspace.start({ now: () => now ?? Date.now() });
    bot = workspace.bot;
    person = await workspace.anonymous.enterAs('Ola');
    general = await workspace.general(person);
  });
  afterEach(() => {
    now = undefined;
  });
  afterAll(() => workspace.stop());

  const getMessage = async (msgId: string): Promise<Message> =>
    (await bot.get('chat.getMessage', { msgId })).body['message'] as Message;
  const sync = async (query: Record<string, string | number>) => {
    const { body } = await bot.get('chat.syncMessages', { roomId: general, ...query });
    return body['result'] as {
      updated: Message[];
      deleted: { _id: string }[];
      cursor?: { next: string | null };
    };
  };

  it('inserts nothing for an existing _id and answers as oddly as the original', async () => {
    await workspace.say(bot, general, 'first', { _id: 'twice' });
    const again = await bot.post('chat.sendMessage', {
      message: { _id: 'twice', rid: general, msg: 'second' },
    });
    expect(again).toMatchObject({
      status: 400,
      body: { success: false, error: "Cannot read properties of undefined (reading 'starred')" },
    });
    expect((await getMessage('twice')).msg).toBe('first');
    const history = await bot.get('channels.history', { roomId: general, count: 100 });
    expect((history.body['messages'] as Message[]).filter(({ _id }) => _id === 'twice')).toHaveLength(1);
  });

  it('stores one message when the same _id is sent many times at once', async () => {
    const message = { _id: 'race', rid: general, msg: 'race' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => bot.post('chat.sendMessage', { message })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400, 400, 400]);
  });

  it('refuses more than 5000 UTF-16 units and takes exactly 5000', async () => {
    const fits = await bot.post('chat.sendMessage', { message: { rid: general, msg: 'x'.repeat(5000) } });
    expect(fits.status).toBe(200);
    const over = await bot.post('chat.sendMessage', { message: { rid: general, msg: 'x'.repeat(5001) } });
    expect(over).toMatchObject({ status: 400, body: { errorType: 'error-message-size-exceeded' } });
    const posted = await bot.post('chat.postMessage', { roomId: general, text: 'x'.repeat(5001) });
    expect(posted.status).toBe(400);
  });

  it('flattens nested threads, counts on the root and moves the reply to the root’s room', async () => {
    await workspace.say(person, general, 'root', { _id: 'root' });
    await workspace.say(bot, general, 'reply', { _id: 'reply', tmid: 'root' });
    const other = (await person.post('channels.create', { name: 'elsewhere' })).body['channel'] as {
      _id: string;
    };
    const nested = await workspace.say(person, other._id, 'nested', { _id: 'nested', tmid: 'reply' });
    expect(nested).toMatchObject({ tmid: 'root', rid: general });
    const root = await getMessage('root');
    expect(root.tcount).toBe(2);
    expect(root.replies).toEqual([person.session?.userId, bot.session?.userId]);
    const thread = await bot.get('chat.getThreadMessages', { tmid: 'root', count: 1, sort: '{"ts":-1}' });
    expect(thread.body).toMatchObject({ count: 1, total: 2, messages: [{ _id: 'nested' }] });
    const without = await bot.get('channels.history', {
      roomId: general,
      count: 100,
      showThreadMessages: 'false',
    });
    const ids = (without.body['messages'] as Message[]).map(({ _id }) => _id);
    expect(ids).toContain('root');
    expect(ids).not.toContain('reply');
  });

  it('a reply in a thread does not move the room’s last message', async () => {
    await workspace.say(person, general, 'a question', { _id: 'last' });
    const before = (await bot.get('rooms.info', { roomId: general })).body['room'] as {
      lm: string;
      _updatedAt: string;
    };
    await new Promise((resolve) => setTimeout(resolve, 5));
    await workspace.say(person, general, 'in the thread', { tmid: 'root' });
    const after = (await bot.get('rooms.info', { roomId: general })).body['room'] as {
      lm: string;
      _updatedAt: string;
    };
    expect(after.lm).toBe(before.lm);
    expect(after._updatedAt > before._updatedAt).toBe(true);
  });

  it('parses mentions itself', async () => {
    const message = await workspace.say(
      person,
      general,
      '@system-bot: hi, @all and @nobody, mail me@ola.example',
      {
        mentions: [{ _id: 'forged', username: 'forged' }],
      },
    );
    expect(message.mentions?.map(({ _id }) => _id)).toEqual(['all', bot.session?.userId]);
  });

  it('edits only one’s own messages, marks the edit, and does nothing for an equal text', async () => {
    await workspace.say(bot, general, 'draft', { _id: 'draft' });
    const change = { roomId: general, msgId: 'draft', text: 'final' };
    expect(await person.post('chat.update', change)).toMatchObject({
      status: 400,
      body: { errorType: 'error-action-not-allowed' },
    });
    expect((await bot.post('chat.update', change)).body).toMatchObject({
      message: { msg: 'final', editedBy: { username: 'system-bot' } },
    });
    const edited = await getMessage('draft');
    await new Promise((resolve) => setTimeout(resolve, 5));
    await bot.post('chat.update', change);
    expect((await getMessage('draft'))._updatedAt).toBe(edited._updatedAt);
    expect(await bot.post('chat.update', { ...change, msgId: 'missing' })).toMatchObject({ status: 400 });
    expect(await bot.post('chat.update', { ...change, roomId: 'wrong' })).toMatchObject({ status: 400 });
  });

  it('reacts, toggles, and refuses what is no emoji', async () => {
    await workspace.say(person, general, 'look', { _id: 'look' });
    const react = (body: object) => bot.post('chat.react', { messageId: 'look', ...body });
    await react({ emoji: ':eyes:', shouldReact: true });
    await react({ emoji: 'eyes', shouldReact: true });
    expect((await getMessage('look')).reactions).toEqual({ ':eyes:': { usernames: ['system-bot'] } });
    await react({ reaction: ':eyes:' });
    expect((await getMessage('look')).reactions).toBeUndefined();
    expect((await react({ emoji: 'not an emoji' })).status).toBe(400);
  });

  it('deletes one’s own, keeps a stub where a thread hangs on it', async () => {
    await workspace.say(person, general, 'gone', { _id: 'gone' });
    const at = new Date(Date.now() - 1).toISOString();
    expect((await person.post('chat.delete', { roomId: general, msgId: 'gone' })).status).toBe(200);
    expect(await bot.get('chat.getMessage', { msgId: 'gone' })).toMatchObject({
      status: 400,
      body: { success: false },
    });
    expect((await sync({ lastUpdate: at })).deleted.map(({ _id }) => _id)).toEqual(['gone']);
    expect((await person.post('chat.delete', { roomId: general, msgId: 'root' })).status).toBe(200);
    expect(await getMessage('root')).toMatchObject({ t: 'rm', msg: '' });
  });

  it('keeps the hole of paged catch-up: what shares the cursor’s millisecond is never delivered', async () => {
    now = Date.now() + 3_600_000;
    for (const id of ['hole-1', 'hole-2', 'hole-3']) await workspace.say(person, general, id, { _id: id });
    const first = await sync({ type: 'UPDATED', next: now - 1, count: 2 });
    expect(first.updated.map(({ _id }) => _id)).toEqual(['hole-1', 'hole-2']);
    expect(first.cursor?.next).toBe(String(now));
    const second = await sync({ type: 'UPDATED', next: first.cursor?.next ?? '', count: 2 });
    expect(second.updated).toEqual([]);
    const overlapping = await sync({ lastUpdate: new Date(now - 1).toISOString() });
    expect(overlapping.updated.map(({ _id }) => _id)).toEqual(['hole-3', 'hole-2', 'hole-1']);
    expect((await sync({ lastUpdate: new Date(now).toISOString() })).updated).toEqual([]);
  });

  it('refuses contradictory and missing catch-up parameters', async () => {
    const refuse = async (query: Record<string, string>, errorType: string) =>
      expect(await bot.get('chat.syncMessages', { roomId: general, ...query })).toMatchObject({
        status: 400,
        body: { errorType },
      });
    await refuse({}, 'error-param-required');
    await refuse({ type: 'UPDATED', next: '1', previous: '2' }, 'error-cursor-conflict');
    await refuse({ lastUpdate: 'yesterday' }, 'error-lastUpdate-param-invalid');
    await refuse({ roomId: 'nowhere', type: 'UPDATED', next: '1' }, 'error-not-allowed');
  });

  it('refuses unknown rooms, foreign rooms, read-only rooms and system messages', async () => {
    const send = (message: object) => person.post('chat.sendMessage', { message });
    expect((await send({ rid: 'nowhere', msg: 'x' })).body).toEqual({
      success: false,
      error: 'error-invalid-room',
    });
    const secret = (await bot.post('groups.create', { name: 'secret' })).body['group'] as { _id: string };
    expect((await send({ rid: secret._id, msg: 'x' })).body).toEqual({
      success: false,
      error: 'error-not-allowed',
    });
    const quiet = (await bot.post('channels.create', { name: 'quiet', readOnly: true })).body['channel'] as {
      _id: string;
    };
    expect((await send({ rid: quiet._id, msg: 'x' })).status).toBe(400);
    expect((await send({ rid: general, msg: 'x', t: 'uj' })).status).toBe(400);
    expect(
      (await person.post('chat.postMessage', { channel: '#nowhere', text: 'x' })).body['errorType'],
    ).toBe('invalid-channel');
    const wrongType = await bot.get('im.history', { roomId: general });
    expect(wrongType).toMatchObject({ status: 400, body: { errorType: 'error-room-not-found' } });
  });

  it('takes no text, author or time from extra keys', async () => {
    const message = await workspace.say(person, general, 'plain', {
      u: { _id: 'forged', username: 'system-bot' },
      editedAt: '2020-01-01T00:00:00.000Z',
      bot: { i: 'kept' },
    });
    expect(message).toMatchObject({ u: { username: 'ola' }, bot: { i: 'kept' } });
    expect(message.editedAt).toBeUndefined();
    const late = await person.post('chat.sendMessage', {
      message: { rid: general, msg: 'x', ts: '2020-01-01T00:00:00Z' },
    });
    expect(late.body['errorType']).toBe('error-message-ts-out-of-sync');
  });

  it('needs message-impersonate for an alias', async () => {
    expect(
      (await person.post('chat.postMessage', { roomId: general, text: 'x', alias: 'Boss' })).status,
    ).toBe(400);
    expect((await bot.post('chat.postMessage', { roomId: general, text: 'x', alias: 'Boss' })).status).toBe(
      200,
    );
  });

  it('tells of people who come, are brought and leave by system messages', async () => {
    const room = (await bot.post('channels.create', { name: 'busy' })).body['channel'] as { _id: string };
    await person.post('channels.join', { roomId: room._id });
    const guest = await workspace.anonymous.enterAs('Guest');
    await bot.post('channels.invite', { roomId: room._id, userId: guest.session?.userId });
    await person.post('rooms.leave', { roomId: room._id });
    await bot.post('channels.kick', { roomId: room._id, username: guest.session?.username });
    const { body } = await bot.get('channels.history', { roomId: room._id });
    const told = (body['messages'] as Message[]).map(({ t, msg }) => `${t} ${msg}`);
    expect(told).toEqual(['ru guest', 'ul ola', 'au guest', 'uj ola']);
    const since = await person.get('subscriptions.get', { updatedSince: new Date(0).toISOString() });
    expect(since.body['remove']).toHaveLength(1);
  });
});
