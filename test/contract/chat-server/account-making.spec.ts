import { Logger } from '@nestjs/common';
import { ChatServer } from '../../../src/embedded/chat-server/chat-server';
import type { ChatServerFaults } from '../../../src/embedded/chat-server/chat-server-faults';
import type { ChatServerInput } from '../../../src/embedded/chat-server/chat-server-options';
import { AccountMaker } from '../../../src/rocket-chat/account-maker';
import { passwordFactor } from '../../../src/rocket-chat/auth-headers';
import { DdpChatRealtime } from '../../../src/rocket-chat/ddp-chat-realtime';
import { RestChatApi } from '../../../src/rocket-chat/rest-chat-api';
import { SystemClock } from '../../../src/shared/system-clock';
import { RecordingProxy } from '../../support/recording-proxy';
import { DESCRIBED_CALLS, misfits } from '../../support/rocket-chat-schemas';
import { SeededRandom } from '../../support/seeded-random';
import { RestClient } from './support/rest-client';

const ADMIN = { username: 'admin', password: 'the password of admin' };
const BOT = { username: 'assistant', password: 'Rz1-the password of the bot' };

/** The calls that were made in all specs of this file. */
const made = new Set<string>();

describe('an account made over real sockets', () => {
  let server: ChatServer;
  let proxy: RecordingProxy;
  let url: string;
  let admin: RestClient;
  let kept: string | undefined;
  const faults: ChatServerFaults = {};
  const open: { close(): void }[] = [];

  const start = async (
    settings: ChatServerInput['settings'] = {},
    errorShape: '8' | '9' = '9',
  ): Promise<void> => {
    server = new ChatServer({ admin: ADMIN, errorShape, restLimit: null, settings, faults });
    const listening = await server.start();
    proxy = new RecordingProxy(listening.url);
    url = await proxy.open();
    admin = await new RestClient(listening.url).loginAs(ADMIN.username, ADMIN.password);
  };
  const make = async (
    more: { room?: string; mail?: string; adjust?: boolean } = {},
  ): Promise<AccountMaker> => {
    const maker = new AccountMaker({
      url,
      admin: ADMIN,
      bot: { ...BOT, mail: more.mail },
      noticeRoom: more.room ?? 'general',
      adjustSettings: more.adjust,
      clock: new SystemClock(),
      random: new SeededRandom(1),
    });
    try {
      await maker.make();
    } finally {
      await maker.stop();
    }
    return maker;
  };
  const account = (): RestChatApi => {
    const api = new RestChatApi({
      url,
      ...BOT,
      clock: new SystemClock(),
      random: new SeededRandom(1),
      ownToken: {
        name: 'rdzen-test',
        read: () => Promise.resolve(kept),
        write: (text) => {
          kept = text;
          return Promise.resolve();
        },
        hide: () => undefined,
      },
    });
    open.push(api);
    return api;
  };
  const botUser = async (): Promise<Record<string, unknown> & { _id: string; roles: string[] }> =>
    (await admin.get('users.info', { username: BOT.username })).body['user'] as never;

  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(() => {
    kept = undefined;
  });
  afterEach(async () => {
    open.splice(0).forEach((each) => each.close());
    proxy.close();
    await server.close();
    for (const route of proxy.routes()) made.add(route);
    expect(proxy.exchanges.flatMap(misfits)).toEqual([]);
  });

  it('has its roles, its password and its seat, and logs in by a token of its own', async () => {
    await start();
    await make();
    const api = account();
    expect(await api.login()).toMatchObject({ username: BOT.username, roles: ['user', 'bot'] });
    const user = await botUser();
    const member = await admin.get('rooms.isMember', { roomId: await generalId(), userId: user._id });
    expect(member.body).toMatchObject({ isMember: true });
    const [, own] = await tokenOwner();
    expect(own).toEqual([expect.objectContaining({ name: 'rdzen-test', bypassTwoFactor: true })]);

    proxy.exchanges.length = 0;
    const again = account();
    await again.login();
    expect(proxy.routes()).toEqual(['GET me']);
  });

  it('listens on the socket by that token', async () => {
    await start();
    await make();
    const api = account();
    const { userId } = await api.login();
    // Straight to the server: the recording passes no sockets on.
    const direct = proxy.target;
    const realtime = new DdpChatRealtime({
      url: direct,
      account: api,
      clock: new SystemClock(),
      random: new SeededRandom(1),
    });
    const heard: string[] = [];
    await new Promise<void>((live) =>
      realtime.start({
        live: () => live(),
        message: ({ text }) => void heard.push(text),
        subscriptionChanged: () => undefined,
        down: () => undefined,
      }),
    );
    await admin.post('chat.postMessage', { roomId: await generalId(), text: `hello @${BOT.username}` });
    for (let left = 100; !heard.some((text) => text.startsWith('hello')) && left > 0; left--)
      await new Promise((tick) => setTimeout(tick, 20));
    await realtime.stop();
    expect(heard).toContain(`hello @${BOT.username}`);
    expect(userId).toBe((await botUser())._id);
  });

  it('gets a bot of that name its role and its password, with the password of the administrator once more', async () => {
    await start();
    await admin.post('users.create', {
      email: 'a@example.org',
      name: 'A',
      username: BOT.username,
      password: 'old',
      roles: ['bot'],
    });
    await make();
    expect((await botUser()).roles).toEqual(['bot', 'user']);
    await account().login();
    expect(proxy.routes()).toEqual(expect.arrayContaining(['POST roles.addUserToRole', 'POST users.update']));
  });

  it('renews a token that somebody removed', async () => {
    await start();
    await make();
    const api = account();
    await api.login();
    const [owner] = await tokenOwner();
    await owner.call(
      'POST',
      '/api/v1/users.removePersonalAccessToken',
      { tokenName: 'rdzen-test' },
      passwordFactor(BOT.password),
    );
    await api.usersInPublicRole('admin');
    expect((await tokenOwner())[1]).toHaveLength(1);
    // Made, but not kept: the next one finds its name taken.
    kept = undefined;
    await account().login();
    expect(proxy.routes()).toContain('POST users.regeneratePersonalAccessToken');
    expect((await tokenOwner())[1]).toHaveLength(1);
  });

  it('logs in where the workspace sends codes to verified addresses', async () => {
    await start({ twoFactorByEmail: true });
    await make();
    await account().login();
    expect((await botUser())['emails']).toEqual([
      { address: `${BOT.username}@rdzen.invalid`, verified: false },
    ]);
  });

  it('needs an address of an allowed domain where domains are checked', async () => {
    await start({ allowedMailDomains: ['example.org'] });
    await expect(make()).rejects.toMatchObject({ code: 'CHAT_ACCOUNT_MAIL_REFUSED' });
    await make({ mail: 'assistant@example.org' });
    expect((await botUser())['emails']).toEqual([{ address: 'assistant@example.org', verified: true }]);
  });

  it('makes the notice room, or is brought into the private one', async () => {
    await start();
    await make({ room: 'alarms' });
    await make({ room: 'alarms' });
    await admin.post('groups.create', { name: 'closed' });
    expect((await make({ room: 'closed' })).problem).toBeUndefined();
    const other = await new RestClient(admin.url).enterAs('Other');
    await other.post('groups.create', { name: 'theirs' });
    expect((await make({ room: 'theirs' })).problem).toMatchObject({ code: 'CHAT_NOTICE_ROOM_PRIVATE' });
  });

  it('sets what the assistant needs of the workspace where it is told to, and says what it may not', async () => {
    const wrong = { allowEditing: false, blockEditInMinutes: 5, threadsEnabled: false };
    await start(wrong);
    await make();
    expect(await account().limits()).toMatchObject({ editingAllowed: false, threadsEnabled: false });
    faults.beforeCall = ({ route }) =>
      route === 'settings/Threads_enabled'
        ? { kind: 'reply', status: 400, body: { success: false } }
        : undefined;
    expect((await make({ adjust: true })).problem).toMatchObject({
      code: 'CHAT_SETTING_NOT_SET',
      message: expect.stringMatching(/Threads_enabled.*by hand.*OVERWRITE_SETTING_Threads_enabled/) as string,
    });
    expect(await account().limits()).toMatchObject({ editingAllowed: true, threadsEnabled: false });
    delete faults.beforeCall;
    expect((await make({ adjust: true })).problem).toBeUndefined();
    expect(await account().limits()).toMatchObject({ editingAllowed: true, threadsEnabled: true });
    const before = proxy.exchanges.length;
    await make({ adjust: true });
    expect(
      proxy
        .routes()
        .slice(before)
        .filter((route) => route.startsWith('POST settings')),
    ).toEqual([]);
  });

  it.each(['8', '9'] as const)('names an administrator who is none, on a server of %s.x', async (shape) => {
    await start({}, shape);
    await admin.post('users.create', {
      email: 'p@example.org',
      name: 'P',
      username: 'plain',
      password: 'p',
      roles: ['user'],
    });
    const maker = new AccountMaker({
      url,
      admin: { username: 'plain', password: 'p' },
      bot: BOT,
      noticeRoom: 'general',
      clock: new SystemClock(),
      random: new SeededRandom(1),
    });
    await expect(maker.make()).rejects.toMatchObject({ code: 'CHAT_ADMIN_FORBIDDEN' });
    await maker.stop();
  });

  async function generalId(): Promise<string> {
    const { body } = await admin.get('rooms.info', { roomName: 'general' });
    return (body['room'] as { _id: string })._id;
  }

  /** The bot, by its password, and the tokens it has. */
  async function tokenOwner(): Promise<[RestClient, Record<string, unknown>[]]> {
    const owner = await new RestClient(admin.url).loginAs(BOT.username, BOT.password);
    const { body } = await owner.get('users.getPersonalAccessTokens');
    return [owner, body['tokens'] as Record<string, unknown>[]];
  }
});

describe('the description of the calls', () => {
  it('has no call that the making of an account does not make', () => {
    expect([...made].sort()).toEqual([...DESCRIBED_CALLS].sort());
  });
});
