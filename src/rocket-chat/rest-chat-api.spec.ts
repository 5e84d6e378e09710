import { FakeRocketChat } from '../../test/support/fakes/fake-rocket-chat/fake-rocket-chat';
import { VirtualClock } from '../../test/support/virtual-clock';
import { SystemRandom } from '../shared/system-random';
import { ChatError, type ChatErrorKind } from './chat-error';
import { RestChatApi, type RestChatApiOptions } from './rest-chat-api';

let fake: FakeRocketChat;
let clock: VirtualClock;
const open: RestChatApi[] = [];

beforeEach(async () => {
  fake = await FakeRocketChat.start();
  clock = new VirtualClock(Date.now());
});

afterEach(async () => {
  open.splice(0).forEach((api) => api.close());
  await fake.close();
});

function api(options: Partial<RestChatApiOptions> = {}): RestChatApi {
  const credentials = options.token ? {} : { password: 'secret' };
  const sut = new RestChatApi({
    url: fake.url,
    username: 'system-bot',
    ...credentials,
    clock,
    random: new SystemRandom(),
    ...options,
  });
  open.push(sut);
  return sut;
}

async function refused(call: Promise<unknown>): Promise<ChatError> {
  const error = await call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof ChatError)) throw new Error(`expected a ChatError, got ${String(error)}`);
  return error;
}

const post = (text = 'hello', id = 'answer-1'): { id: string; roomId: string; text: string } => ({
  id,
  roomId: 'GENERAL',
  text,
});

describe(RestChatApi.name, () => {
  describe('posting', () => {
    it('stores under our id, without previews, marked as a bot', async () => {
      const stored = await api().sendMessage({ ...post(), threadId: 'root' });
      expect(stored).toMatchObject({
        id: 'answer-1',
        roomId: 'GENERAL',
        text: 'hello',
        threadId: 'root',
        bot: true,
      });
      const body = fake.asked('POST chat.sendMessage')[0]?.body;
      expect(body).toEqual({
        message: { _id: 'answer-1', rid: 'GENERAL', msg: 'hello', tmid: 'root', bot: { i: 'rdzen' } },
        previewUrls: [],
      });
    });

    it('recognises an id that exists, and posts nothing', async () => {
      const sut = api();
      await sut.sendMessage(post('first'));
      expect((await refused(sut.sendMessage(post('second')))).kind).toBe('duplicate-id');
      expect(fake.state.messages.get('answer-1')?.msg).toBe('first');
    });

    it('leaves a lost reply in doubt: one call, stored, found by getMessage', async () => {
      fake.faults.loseReplyAfterStore = 1;
      const sut = api();
      expect((await refused(sut.sendMessage(post()))).kind).toBe('unreachable');
      expect(fake.asked('POST chat.sendMessage')).toHaveLength(1);
      expect((await sut.getMessage('answer-1'))?.author.id).toBe('bot-id');
    });

    it('gives up on a reply after 15 s', async () => {
      fake.faults.hangAfterStore = 1;
      const sut = api();
      await sut.login();
      const posting = refused(sut.sendMessage(post()));
      while (!fake.state.messages.has('answer-1')) await new Promise((resolve) => setImmediate(resolve));
      await clock.advance(14_999);
      await clock.advance(1);
      expect((await posting).kind).toBe('timeout');
    });

    it('edits with chat.update and no previews', async () => {
      const sut = api();
      await sut.sendMessage(post());
      await sut.updateMessage('GENERAL', 'answer-1', 'longer');
      expect((await sut.getMessage('answer-1'))?.text).toBe('longer');
      expect(fake.asked('POST chat.update')[0]?.body).toMatchObject({ previewUrls: [] });
    });

    it.each<[string, ChatErrorKind, () => void]>([
      ['the air gap', 'restricted-workspace', () => (fake.faults.restricted = true)],
      [
        'a read-only room',
        'room-closed',
        () => Object.assign(fake.state.rooms.get('GENERAL') ?? {}, { ro: true }),
      ],
      ['a room it left', 'room-closed', () => fake.state.rooms.get('GENERAL')?.members.splice(0)],
      ['an unknown room', 'room-not-found', () => fake.state.rooms.delete('GENERAL')],
      ['a text too long', 'message-too-long', () => (fake.state.settings['Message_MaxAllowedSize'] = 3)],
      ['a proxy page', 'unreachable', () => (fake.faults.proxyPage = Infinity)],
    ])('names %s', async (_case, kind, arrange) => {
      const sut = api();
      await sut.login();
      arrange();
      expect((await refused(sut.sendMessage(post()))).kind).toBe(kind);
    });

    it('names a refused edit and a vanished message', async () => {
      const sut = api();
      await sut.sendMessage(post());
      fake.state.settings['Message_AllowEditing'] = false;
      expect((await refused(sut.updateMessage('GENERAL', 'answer-1', 'x'))).kind).toBe('editing-not-allowed');
      expect((await refused(sut.updateMessage('GENERAL', 'gone', 'x'))).kind).toBe('message-not-found');
    });
  });

  describe('a connection that ends early', () => {
    it('is tried once more for a question', async () => {
      const sut = api();
      await sut.login();
      fake.faults.reset = 1;
      expect(await sut.getMessage('none')).toBeUndefined();
      expect(fake.asked('GET chat.getMessage')).toHaveLength(2);
    });

    it('is not tried again and again', async () => {
      const sut = api();
      await sut.login();
      fake.faults.reset = 5;
      expect((await refused(sut.getMessage('none'))).kind).toBe('unreachable');
      expect(fake.asked('GET chat.getMessage')).toHaveLength(2);
    });

    it('is never tried again for a post', async () => {
      const sut = api();
      await sut.login();
      fake.faults.reset = 1;
      expect((await refused(sut.sendMessage(post()))).kind).toBe('unreachable');
      expect(fake.asked('POST chat.sendMessage')).toHaveLength(1);
      expect(fake.state.messages.size).toBe(0);
    });

    it('is unreachable, with a readable reason, where nothing listens', async () => {
      const sut = api();
      await fake.close();
      const error = await refused(sut.login());
      expect([error.kind, error.transient]).toEqual(['unreachable', true]);
      expect(error.message).toContain('ECONNREFUSED');
      fake = await FakeRocketChat.start();
    });
  });

  describe('a rate limit', () => {
    it('holds the route until the reset, without asking the server again', async () => {
      const sut = api();
      await sut.login();
      fake.faults.rateLimited = 1;
      const first = await refused(sut.sendMessage(post()));
      expect(first.kind).toBe('rate-limited');
      expect(first.details.retryAfterMs).toBeGreaterThanOrEqual(18_000);
      expect(first.details.retryAfterMs).toBeLessThan(24_000);
      const held = await refused(sut.sendMessage(post()));
      expect(held.kind).toBe('rate-limited');
      expect(held.details.retryAfterMs).toBeLessThanOrEqual(first.details.retryAfterMs ?? 0);
      expect(fake.asked('POST chat.sendMessage')).toHaveLength(1);
      expect(await sut.getMessage('other route')).toBeUndefined();
      await clock.advance(first.details.retryAfterMs ?? 0);
      expect((await sut.sendMessage(post())).id).toBe('answer-1');
    });

    it('falls back to 30 s where the server names no moment', async () => {
      const sut = api();
      await sut.login();
      Object.assign(fake.faults, { rateLimited: 1, rateLimitResetMs: undefined });
      expect((await refused(sut.limits())).details.retryAfterMs).toBeGreaterThanOrEqual(30_000);
    });
  });

  describe('reading', () => {
    it('tells limits from the public settings and keeps them for 10 minutes', async () => {
      const sut = api();
      Object.assign(fake.state.settings, { Message_MaxAllowedSize: 900, UI_Use_Real_Name: true });
      const limits = { maxMessageLength: 900, editingAllowed: true, threadsEnabled: true, useRealName: true };
      expect(await sut.limits()).toEqual(limits);
      fake.state.settings['Message_AllowEditing_BlockEditInMinutes'] = 5;
      expect(await sut.limits()).toEqual(limits);
      await clock.advance(10 * 60_000);
      expect((await sut.limits()).editingAllowed).toBe(false);
    });

    it('tells the version', async () => {
      expect(await api().serverVersion()).toBe('8.8.1');
    });

    it('lists rooms, and since a moment only the changed ones', async () => {
      const sut = api();
      expect((await sut.subscriptions()).map((room) => room.roomId).sort()).toEqual(['GENERAL', 'direct']);
      const said = fake.state.say('GENERAL', 'anna-id', 'hi');
      expect(await sut.subscriptions(said.ts)).toEqual([
        { roomId: 'GENERAL', type: 'channel', name: 'general', updatedAt: said.ts, lastMessageAt: said.ts },
      ]);
      expect(await sut.subscriptions(said.ts + 1)).toEqual([]);
    });

    it('resolves an id, a name and a person', async () => {
      const sut = api();
      expect(await sut.resolveRoom('GENERAL')).toMatchObject({
        id: 'GENERAL',
        type: 'channel',
        name: 'general',
        userCount: 2,
      });
      expect(await sut.resolveRoom('#general')).toMatchObject({ id: 'GENERAL' });
      expect(await sut.resolveRoom('@anna')).toMatchObject({ id: 'direct', type: 'direct', userCount: 2 });
      for (const target of ['nowhere', '#nowhere', '@nobody']) {
        expect((await refused(sut.resolveRoom(target))).kind).toBe('room-not-found');
      }
      expect(await sut.room('nowhere')).toBeUndefined();
    });

    it.each([8, 9] as const)('takes a hidden room for an absent one (%s.x)', async (style) => {
      fake.faults.style = style;
      fake.state.addRoom({ _id: 'secret', t: 'p', name: 'secret', members: ['anna-id'] });
      expect(await api().room('secret')).toBeUndefined();
    });

    it.each([8, 9] as const)('says which permission a refusal needs (%s.x)', async (style) => {
      fake.faults.style = style;
      fake.state.users.get('bot-id')?.roles.splice(1);
      const error = await refused(api().createGroup('rdzen-admin'));
      expect(error.kind).toBe('forbidden');
      expect(error.message).toContain('create-p');
    });

    it.each([8, 9] as const)('invites into a group of its own, and into no other (%s.x)', async (style) => {
      fake.faults.style = style;
      const sut = api();
      const group = await sut.createGroup('rdzen-admin');
      await sut.inviteToGroup(group.id, 'anna-id');
      await sut.inviteToGroup(group.id, 'anna-id');
      expect(fake.state.rooms.get(group.id)?.members).toEqual(['bot-id', 'anna-id']);
      expect((await refused(sut.inviteToGroup(group.id, 'nobody'))).kind).toBe('bad-request');
      fake.state.addRoom({ _id: 'theirs', t: 'p', name: 'theirs', members: ['anna-id', 'bot-id'] });
      const error = await refused(sut.inviteToGroup('theirs', 'anna-id'));
      expect(error.kind).toBe('forbidden');
      expect(error.message).toContain('add-user-to-joined-room');
    });

    it('reads the history oldest first, thread replies left out', async () => {
      const root = fake.state.say('GENERAL', 'anna-id', 'one');
      fake.state.say('GENERAL', 'anna-id', 'reply', { tmid: root._id });
      fake.state.say('GENERAL', 'bot-id', 'two');
      fake.state.say('GENERAL', 'anna-id', 'three');
      const sut = api();
      const room = await sut.resolveRoom('GENERAL');
      expect((await sut.history(room, 10)).map((message) => message.text)).toEqual(['one', 'two', 'three']);
      expect((await sut.history(room, 2)).map((message) => message.text)).toEqual(['two', 'three']);
    });

    it('reads the end of a thread with its root', async () => {
      const root = fake.state.say('GENERAL', 'anna-id', 'root');
      for (let reply = 1; reply <= 6; reply += 1)
        fake.state.say('GENERAL', 'anna-id', `r${reply}`, { tmid: root._id });
      const sut = api();
      expect((await sut.threadMessages(root._id, 4)).map((message) => message.text)).toEqual([
        'root',
        'r4',
        'r5',
        'r6',
      ]);
      expect((await sut.threadMessages(root._id, 1)).map((message) => message.text)).toEqual(['root']);
      fake.state.messages.delete(root._id);
      expect((await sut.threadMessages(root._id, 2)).map((message) => message.text)).toEqual(['r5', 'r6']);
    });

    it('knows admins and moderators by id, joins and creates', async () => {
      const sut = api();
      expect(await sut.usersInPublicRole('admin')).toEqual(['anna-id']);
      const group = await sut.createGroup('rdzen-admin');
      expect(group).toMatchObject({ type: 'group', name: 'rdzen-admin' });
      expect(await sut.roomModerators(group)).toEqual(['bot-id']);
      Object.assign(fake.state.rooms.get(group.id) ?? {}, {
        roles: [
          { userId: 'bot-id', roles: ['owner'] },
          { userId: 'anna-id', roles: ['leader'] },
        ],
      });
      expect(await sut.roomModerators(group)).toEqual(['bot-id']);
      expect(await sut.roomModerators(await sut.resolveRoom('@anna'))).toEqual([]);
      fake.state.addRoom({ _id: 'open', t: 'c', name: 'open', members: [] });
      await sut.joinChannel('open');
      expect(fake.state.rooms.get('open')?.members).toEqual(['bot-id']);
    });
  });
});
