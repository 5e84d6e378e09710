import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { SeededRandom } from '../../test/support/seeded-random';
import { SystemClock } from '../shared/system-clock';
import { AccountMaker } from './account-maker';

interface Account {
  _id: string;
  username: string;
  password: string;
  roles: string[];
  active: boolean;
  twoFactor?: boolean;
}

/** As much of Rocket.Chat as the making of an account asks for, with its refusals. */
class Workspace {
  readonly accounts: Account[] = [
    { _id: 'root', username: 'admin', password: 'secret-of-admin', roles: ['admin'], active: true },
  ];
  readonly channels = ['general'];
  readonly members = new Set<string>();
  readonly calls: string[] = [];
  /** The reply to this call, counted from one, is lost. */
  loseReplyTo = 0;
  refuse: Record<string, [number, object]> = {};
  private server!: Server;

  async open(): Promise<string> {
    this.server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const url = new URL(request.url ?? '', 'http://chat');
        const route = url.pathname.replace('/api/v1/', '');
        this.calls.push(route);
        const [status, reply] = this.refuse[route] ?? this.answer(route, url.searchParams, body, request);
        if (this.calls.length === this.loseReplyTo) return void request.socket.destroy();
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
      });
    });
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  get bot(): Account | undefined {
    return this.accounts.find(({ username }) => username === 'system-bot');
  }

  private answer(
    route: string,
    query: URLSearchParams,
    body: Record<string, unknown>,
    request: IncomingMessage,
  ): [number, object] {
    if (route === 'login') return this.login(body);
    const isAdmin = request.headers['x-auth-token'] === 'token-of-root';
    if (!isAdmin) return [401, { status: 'error', message: 'You must be logged in to do this.' }];
    switch (route) {
      case 'users.info': {
        const user = this.accounts.find(({ username }) => username === query.get('username'));
        return user ? [200, { success: true, user }] : [400, { success: false, error: 'User not found.' }];
      }
      case 'users.create': {
        if (this.bot)
          return [
            400,
            {
              success: false,
              error: 'system-bot is already in use :(',
              errorType: 'error-field-unavailable',
            },
          ];
        const { username, password, roles } = body as unknown as Account;
        const user = { _id: 'made', username, password, roles, active: true };
        this.accounts.push(user);
        return [200, { success: true, user }];
      }
      case 'users.update': {
        const { userId, data } = body as { userId: string; data: Partial<Account> };
        Object.assign(
          this.accounts.find(({ _id }) => _id === userId)!,
          data,
        );
        return [200, { success: true }];
      }
      case 'channels.info':
        return this.channels.includes(query.get('roomName') ?? '')
          ? [200, { success: true, channel: { _id: query.get('roomName') } }]
          : [
              400,
              {
                success: false,
                error:
                  'The required "roomId" or "roomName" param does not match any channel [error-room-not-found]',
                errorType: 'error-room-not-found',
              },
            ];
      case 'channels.create':
        this.channels.push(body.name as string);
        return [200, { success: true, channel: { _id: body.name } }];
      case 'channels.invite':
        this.members.add(body.userId as string);
        return [200, { success: true }];
      default:
        return [404, { success: false }];
    }
  }

  private login({ username, password }: Record<string, unknown>): [number, object] {
    const user = this.accounts.find((each) => each.username === username && each.password === password);
    if (!user) return [401, { status: 'error', error: 'Unauthorized', message: 'Unauthorized' }];
    if (user.twoFactor) return [401, { status: 'error', error: 'totp-required', message: 'TOTP Required' }];
    return [
      200,
      { status: 'success', data: { userId: user._id, authToken: `token-of-${user._id}`, me: user } },
    ];
  }
}

describe(AccountMaker.name, () => {
  let chat: Workspace;
  let url: string;
  const maker = (more: { noticeRoom?: string; adminPassword?: string } = {}): AccountMaker =>
    new AccountMaker({
      url,
      admin: { username: 'admin', password: more.adminPassword ?? 'secret-of-admin' },
      bot: { username: 'system-bot', password: 'secret-of-bot' },
      noticeRoom: more.noticeRoom ?? 'general',
      clock: new SystemClock(),
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
    chat = new Workspace();
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

  it('gives a bot of that name the role and the password it needs', async () => {
    chat.accounts.push({ _id: 'old', username: 'system-bot', password: 'x', roles: ['bot'], active: true });
    await done(maker());
    expect(chat.bot).toMatchObject({ _id: 'old', roles: ['bot', 'user'], password: 'secret-of-bot' });
    expect(told).toContain('Changed the account @system-bot: roles and password');
  });

  it.each([
    ['is a person', { roles: ['user'] }, /may be a person's.*ROCKETCHAT_USER/],
    ['is deactivated', { active: false }, /deactivated.*Activate/],
    [
      'is asked for a second factor',
      { twoFactor: true, password: 'secret-of-bot' },
      /second factor.*ROCKETCHAT_TOKEN/,
    ],
  ] as const)('takes no account that %s', async (_, change, message) => {
    const account = {
      _id: 'old',
      username: 'system-bot',
      password: 'x',
      roles: ['bot', 'user'],
      active: true,
    };
    const before = { ...account, ...change, roles: [...('roles' in change ? change.roles : account.roles)] };
    chat.accounts.push(before);
    await expect(done(maker())).rejects.toThrow(message);
    expect(chat.bot).toEqual(before);
  });

  it('says what to do where the administrator cannot log in', async () => {
    await expect(done(maker({ adminPassword: 'wrong' }))).rejects.toThrow(/ROCKETCHAT_ADMIN_PASSWORD/);
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
    expect(told.join('\n')).toMatch(/could not be seated in #alarms/);
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
    await expect(done(maker())).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
