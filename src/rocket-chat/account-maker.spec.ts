import { Logger } from '@nestjs/common';
import { AccountWorkspace } from '../../test/support/fakes/account-workspace';
import { SeededRandom } from '../../test/support/seeded-random';
import type { Clock } from '../shared/clock';
import { SystemClock } from '../shared/system-clock';
import { AccountMaker } from './account-maker';

/** Waits that a person would make are over at once. */
class ImpatientClock extends SystemClock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return super.sleep(Math.min(ms, 20), signal);
  }
}

const BOT = {
  _id: 'old',
  username: 'system-bot',
  password: 'x',
  roles: ['bot', 'user'],
  active: true,
};

describe(AccountMaker.name, () => {
  let chat: AccountWorkspace;
  let url: string;
  const maker = (
    more: { noticeRoom?: string; adminPassword?: string; mail?: string; clock?: Clock } = {},
  ): AccountMaker =>
    new AccountMaker({
      url,
      admin: { username: 'admin', password: more.adminPassword ?? 'secret-of-admin' },
      bot: { username: 'system-bot', password: 'secret-of-bot', mail: more.mail },
      noticeRoom: more.noticeRoom ?? 'general',
      clock: more.clock ?? new SystemClock(),
      random: new SeededRandom(1),
    });
  const done = async (sut: AccountMaker): Promise<void> => {
    try {
      await sut.make();
    } finally {
      await sut.stop();
    }
  };

  let told: string[];
  beforeAll(() => void Logger.overrideLogger(false));
  beforeEach(async () => {
    chat = new AccountWorkspace();
    url = await chat.open();
    told = [];
    for (const level of ['log', 'warn', 'error'] as const)
      jest
        .spyOn(Logger.prototype, level)
        .mockImplementation((...words: unknown[]) => void told.push(String(words[0])));
  });
  afterEach(() => {
    chat.close();
    jest.restoreAllMocks();
    expect(told.join('\n')).not.toMatch(/secret-of/);
  });

  it('makes the account with both roles, and seats it in the notice room', async () => {
    await done(maker());
    expect(chat.bot).toMatchObject({ roles: ['user', 'bot'], password: 'secret-of-bot' });
    expect(chat.members).toEqual(new Set(['made']));
    expect(told).toContain('Made the account @system-bot with the roles user and bot');
  });

  it('changes nothing the second time', async () => {
    await done(maker());
    const before = structuredClone(chat.accounts);
    chat.calls.length = 0;
    await done(maker());
    expect(chat.accounts).toEqual(before);
    expect(chat.calls).not.toContain('users.create');
    expect(chat.calls).not.toContain('users.update');
    expect(chat.calls.length).toBeLessThanOrEqual(5);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'goes on where it was broken off: the reply to call %i is lost',
    async (call) => {
      chat.loseReplyTo = call;
      // A GET is asked again by itself; what is lost of a POST breaks it off.
      await done(maker()).catch(() => undefined);
      await done(maker());
      expect(chat.accounts).toHaveLength(2);
      expect(chat.bot).toMatchObject({ roles: ['user', 'bot'], password: 'secret-of-bot' });
      expect(chat.members.size).toBe(1);
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'gives an account what it lacks however it was broken off: the reply to call %i is lost',
    async (call) => {
      chat.accounts.push({ ...BOT, roles: ['bot'] });
      chat.loseReplyTo = call;
      await done(maker()).catch(() => undefined);
      await done(maker());
      expect(chat.bot).toMatchObject({ _id: 'old', roles: ['bot', 'user'], password: 'secret-of-bot' });
      expect(chat.members).toEqual(new Set(['old']));
    },
  );

  it('gives a bot of that name the role and the password it needs', async () => {
    chat.accounts.push({ _id: 'old', username: 'system-bot', password: 'x', roles: ['bot'], active: true });
    await done(maker());
    expect(chat.bot).toMatchObject({ _id: 'old', roles: ['bot', 'user'], password: 'secret-of-bot' });
    expect(told).toContain('Changed the account @system-bot: roles and password');
  });

  it.each([
    ['is a person', { roles: ['user'] }, 'CHAT_ACCOUNT_NOT_A_BOT', /may be a person's.*ROCKETCHAT_USER/],
    ['is deactivated', { active: false }, 'CHAT_ACCOUNT_DEACTIVATED', /deactivated.*Activate/],
    [
      'is asked for a second factor',
      { twoFactor: true, password: 'secret-of-bot' },
      'CHAT_ACCOUNT_SECOND_FACTOR',
      /second factor.*ROCKETCHAT_TOKEN/,
    ],
  ] as const)('takes no account that %s', async (_, change, code, message) => {
    const before = { ...BOT, ...change, roles: [...('roles' in change ? change.roles : BOT.roles)] };
    chat.accounts.push(before);
    await expect(done(maker())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(chat.bot).toEqual(before);
  });

  it('says what to do where the administrator cannot log in', async () => {
    await expect(done(maker({ adminPassword: 'wrong' }))).rejects.toMatchObject({
      code: 'CHAT_ADMIN_LOGIN_REFUSED',
      message: expect.stringContaining('ROCKETCHAT_ADMIN_PASSWORD') as string,
    });
  });

  it('says what to do where the administrator is asked for a second factor', async () => {
    chat.accounts[0]!.twoFactor = true;
    await expect(done(maker())).rejects.toMatchObject({ code: 'CHAT_ADMIN_SECOND_FACTOR' });
  });

  it('makes the notice room where there is none, and only once', async () => {
    await done(maker({ noticeRoom: '#alarms' }));
    await done(maker({ noticeRoom: 'alarms' }));
    expect(chat.channels).toEqual(['general', 'alarms']);
    expect(told).toContain('Made the channel #alarms, which hears of every switch');
    expect(told.filter((line) => line.includes('is ready'))).toHaveLength(2);
  });

  it('goes on without the room where it may not be made', async () => {
    chat.refuse = { 'channels.create': [403, { success: false, error: 'unauthorized' }] };
    await done(maker({ noticeRoom: 'alarms' }));
    expect(chat.bot).toBeDefined();
    expect(told.join('\n')).toMatch(/CHAT_NOTICE_ROOM_REFUSED.*could not be seated in #alarms/);
  });

  it('waits for a server that is still starting, and says so', async () => {
    chat.refuse = { login: [503, { error: 'starting' }] };
    const sut = maker();
    sut.start();
    await new Promise((tick) => setTimeout(tick, 300));
    expect(told.join('\n')).toMatch(/as soon as Rocket.Chat answers/);
    chat.refuse = {};
    const until = Date.now() + 8_000;
    while (!chat.members.size && Date.now() < until) await new Promise((tick) => setTimeout(tick, 50));
    await sut.stop();
    expect(chat.bot).toBeDefined();
  });

  it('names a missing permission', async () => {
    chat.refuse = {
      'users.create': [
        400,
        { success: false, error: 'Creating user is not allowed [error-action-not-allowed]' },
      ],
    };
    await expect(done(maker())).rejects.toMatchObject({ code: 'CHAT_ADMIN_FORBIDDEN' });
  });

  const refusal = (text: string, code?: string): [number, object] => [
    400,
    { success: false, error: code ? `${text} [${code}]` : text, ...(code && { errorType: code }) },
  ];

  it.each([
    [
      'CHAT_ADMIN_FORBIDDEN',
      [403, { success: false, error: 'unauthorized [error-forbidden]', errorType: 'error-forbidden' }],
      /administrator admin may not.*ROCKETCHAT_ADMIN_USER/,
    ],
    [
      'CHAT_ADMIN_SECOND_FACTOR',
      refusal('TOTP Invalid', 'totp-invalid'),
      /admin for a second factor.*ROCKETCHAT_ADMIN_USER/,
    ],
    [
      'CHAT_ACCOUNT_MAIL_REFUSED',
      refusal('The email domain is not in whitelist', 'error-invalid-domain'),
      /system-bot@rdzen\.invalid.*ROCKETCHAT_EMAIL/,
    ],
    [
      'CHAT_ACCOUNT_MAIL_REFUSED',
      refusal('The email domain is blacklisted', 'error-email-domain-blacklisted'),
      /ROCKETCHAT_EMAIL/,
    ],
    [
      'CHAT_ACCOUNT_MAIL_REFUSED',
      refusal('system-bot@rdzen.invalid is already in use :(', 'error-field-unavailable'),
      /somebody has it/,
    ],
    [
      'CHAT_ACCOUNT_NAME_REFUSED',
      refusal('system-bot is already in use :(', 'error-field-unavailable'),
      /ROCKETCHAT_USER/,
    ],
    [
      'CHAT_ACCOUNT_PASSWORD_REFUSED',
      refusal("Password does not meet the server's policy", 'error-password-policy-not-met'),
      /ROCKETCHAT_PASSWORD/,
    ],
    [
      'CHAT_ACCOUNT_LIMIT',
      refusal('License User Limit Reached', 'error-license-user-limit-reached'),
      /as its plan allows/,
    ],
    ['CHAT_ACCOUNT_REFUSED', refusal('The moon is wrong', 'error-moon'), /by hand.*The moon is wrong/],
    ['CHAT_UNAVAILABLE', [503, { error: 'starting' }], /starting/],
  ] as const)('has the code %s for what the server refuses', async (code, reply, message) => {
    chat.refuse = { 'users.create': reply as [number, object] };
    const sut = maker();
    await expect(done(sut)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(sut.problem).toMatchObject({ code });
    expect(chat.bot).toBeUndefined();
  });

  it('makes the account with the mail address it is given', async () => {
    await done(maker({ mail: 'bot@example.org' }));
    expect(chat.bot?.emails).toEqual([{ address: 'bot@example.org', verified: true }]);
  });

  it('takes the verified mark off its own address, where the workspace would send codes to it', async () => {
    chat.twoFactorByEmail = true;
    await done(maker());
    expect(chat.bot?.emails).toEqual([{ address: 'system-bot@rdzen.invalid', verified: false }]);
    chat.calls.length = 0;
    await done(maker());
    expect(chat.calls).not.toContain('users.update');
  });

  it('leaves an address that somebody may read as it is', async () => {
    chat.twoFactorByEmail = true;
    const emails = [{ address: 'ops@example.org', verified: true }];
    chat.accounts.push({ ...BOT, password: 'secret-of-bot', emails });
    await expect(done(maker())).rejects.toMatchObject({ code: 'CHAT_ACCOUNT_SECOND_FACTOR' });
    expect(chat.bot?.emails?.[0]?.verified).toBe(true);
  });

  it('says so where the account cannot log in though all is as it should be', async () => {
    chat.accounts.push({ ...BOT });
    chat.refuse = { 'users.update': [200, { success: true }] };
    await expect(done(maker())).rejects.toMatchObject({
      code: 'CHAT_ACCOUNT_LOGIN_REFUSED',
      message: expect.stringMatching(/LDAP.*ROCKETCHAT_TOKEN/) as string,
    });
  });

  it('is seated in a private notice room by an administrator who is in it', async () => {
    chat.groups.set('alarms', true);
    await done(maker({ noticeRoom: 'alarms' }));
    expect(chat.members).toEqual(new Set(['made']));
    expect(chat.channels).toEqual(['general']);
  });

  it('says who must invite it to a private notice room the administrator is not in', async () => {
    chat.groups.set('alarms', false);
    const sut = maker({ noticeRoom: 'alarms' });
    await done(sut);
    expect(sut.problem).toMatchObject({ code: 'CHAT_NOTICE_ROOM_PRIVATE' });
    expect(told.join('\n')).toMatch(/CHAT_NOTICE_ROOM_PRIVATE.*\/invite @system-bot/);
    chat.groups.set('alarms', true);
    const again = maker({ noticeRoom: 'alarms' });
    await done(again);
    expect(again.problem).toBeUndefined();
  });

  it('is content with a private notice room that somebody else invited it to', async () => {
    chat.groups.set('alarms', false);
    chat.seenByBot.add('alarms');
    const sut = maker({ noticeRoom: 'alarms' });
    await done(sut);
    expect(sut.problem).toBeUndefined();
    expect(told.join('\n')).not.toMatch(/CHAT_NOTICE_ROOM/);
  });

  it('looks again after the seat it could not take, and says once what is missing', async () => {
    chat.groups.set('alarms', false);
    const sut = maker({ noticeRoom: 'alarms', clock: new ImpatientClock() });
    sut.start();
    const until = async (met: () => boolean): Promise<void> => {
      for (let left = 1_000; !met() && left > 0; left--) await new Promise((tick) => setTimeout(tick, 10));
    };
    await until(() => chat.count('channels.create') >= 3);
    chat.seenByBot.add('alarms');
    await until(() => sut.problem === undefined);
    await sut.stop();
    expect(sut.problem).toBeUndefined();
    expect(told.filter((line) => line.includes('CHAT_NOTICE_ROOM_PRIVATE'))).toHaveLength(1);
    expect(told.filter((line) => line.includes('is ready'))).toHaveLength(1);
  });
});
