import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeAccount {
  _id: string;
  username: string;
  password: string;
  roles: string[];
  active: boolean;
  emails?: { address: string; verified: boolean }[];
  /** The login asks for a code of an authenticator. */
  twoFactor?: boolean;
}

type Reply = [status: number, body: object];

const ROOM_NOT_FOUND: Reply = [
  400,
  {
    success: false,
    error: 'The required "roomId" or "roomName" param does not match any room [error-room-not-found]',
    errorType: 'error-room-not-found',
  },
];

/** As much of Rocket.Chat as the making of an account and of its token asks for, with its refusals. */
export class AccountWorkspace {
  readonly accounts: FakeAccount[] = [
    { _id: 'root', username: 'admin', password: 'secret-of-admin', roles: ['admin'], active: true },
  ];
  readonly channels = ['general'];
  /** Private rooms, and whether the administrator is in them. */
  readonly groups = new Map<string, boolean>();
  /** Rooms that the account itself is in. */
  readonly seenByBot = new Set<string>();
  readonly members = new Set<string>();
  /** Personal access tokens by user id and name. */
  readonly tokens = new Map<string, string>();
  readonly calls: string[] = [];
  /** The reply to this call, counted from one, is lost. */
  loseReplyTo = 0;
  refuse: Record<string, Reply> = {};
  /** Whoever has a verified address is asked for a code that was sent there. */
  twoFactorByEmail = false;
  private tokensMade = 0;
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

  get bot(): FakeAccount | undefined {
    return this.accounts.find(({ username }) => username === 'system-bot');
  }

  count(route: string): number {
    return this.calls.filter((each) => each === route).length;
  }

  private answer(
    route: string,
    query: URLSearchParams,
    body: Record<string, unknown>,
    request: IncomingMessage,
  ): Reply {
    if (route === 'login') return this.login(body);
    const caller = this.callerOf(request);
    if (!caller) return [401, { status: 'error', message: 'You must be logged in to do this.' }];
    if (route === 'me') return [200, { success: true, ...caller, password: undefined }];
    if (route.endsWith('PersonalAccessToken')) return this.makeToken(route, caller, body, request);
    if (route === 'rooms.info')
      return this.seenByBot.has(query.get('roomName') ?? '')
        ? [200, { success: true, room: {} }]
        : ROOM_NOT_FOUND;
    if (!caller.roles.includes('admin'))
      return [403, { success: false, error: 'unauthorized [error-forbidden]' }];
    return this.administer(route, query, body);
  }

  private administer(route: string, query: URLSearchParams, body: Record<string, unknown>): Reply {
    const room = query.get('roomName') ?? '';
    switch (route) {
      case 'users.info': {
        const user = this.accounts.find(({ username }) => username === query.get('username'));
        return user ? [200, { success: true, user }] : [400, { success: false, error: 'User not found.' }];
      }
      case 'users.create': {
        if (this.bot) return taken('system-bot');
        const { username, password, roles } = body as unknown as FakeAccount;
        const emails = [{ address: body.email as string, verified: body.verified === true }];
        const user = { _id: 'made', username, password, roles, active: true, emails };
        this.accounts.push(user);
        return [200, { success: true, user }];
      }
      case 'users.update': {
        const { userId, data } = body as { userId: string; data: Record<string, unknown> };
        const account = this.accounts.find(({ _id }) => _id === userId)!;
        const { verified, ...rest } = data;
        Object.assign(account, rest);
        if (typeof verified === 'boolean') account.emails![0]!.verified = verified;
        return [200, { success: true, user: account }];
      }
      case 'roles.addUserToRole': {
        const account = this.accounts.find(({ username }) => username === body.username)!;
        if (account.roles.includes(body.roleId as string))
          return [
            400,
            {
              success: false,
              error: 'User already in role [error-user-already-in-role]',
              errorType: 'error-user-already-in-role',
            },
          ];
        account.roles.push(body.roleId as string);
        return [200, { success: true, role: { _id: body.roleId } }];
      }
      case 'channels.info':
        return this.channels.includes(room)
          ? [200, { success: true, channel: { _id: room } }]
          : ROOM_NOT_FOUND;
      case 'groups.info':
        return this.groups.get(room) ? [200, { success: true, group: { _id: room } }] : ROOM_NOT_FOUND;
      case 'channels.create':
        if (this.groups.has(body.name as string))
          return [
            400,
            {
              success: false,
              error: `A channel with name '${body.name as string}' exists [error-duplicate-channel-name]`,
              errorType: 'error-duplicate-channel-name',
            },
          ];
        this.channels.push(body.name as string);
        return [200, { success: true, channel: { _id: body.name } }];
      case 'channels.invite':
      case 'groups.invite':
        this.members.add(body.userId as string);
        return [200, { success: true }];
      default:
        return [404, { success: false }];
    }
  }

  private makeToken(
    route: string,
    caller: FakeAccount,
    { tokenName }: Record<string, unknown>,
    request: IncomingMessage,
  ): Reply {
    if (!caller.roles.includes('user'))
      return [400, { success: false, error: 'Not Authorized [not-authorized]', errorType: 'not-authorized' }];
    if (request.headers['x-2fa-code'] !== createHash('sha256').update(caller.password).digest('hex'))
      return [400, { success: false, error: 'TOTP Required [totp-required]', errorType: 'totp-required' }];
    const key = `${caller._id} ${tokenName as string}`;
    const known = this.tokens.has(key);
    if (route === 'users.generatePersonalAccessToken' && known)
      return refusal('error-token-already-exists', 'A token with this name already exists');
    if (route === 'users.regeneratePersonalAccessToken' && !known)
      return refusal('error-token-does-not-exists', 'Token does not exist');
    const token = `secret-of-token-${++this.tokensMade}`;
    this.tokens.set(key, token);
    return [200, { success: true, token }];
  }

  private callerOf(request: IncomingMessage): FakeAccount | undefined {
    const id = request.headers['x-user-id'];
    const token = request.headers['x-auth-token'];
    const account = this.accounts.find(({ _id }) => _id === id);
    if (!account || token === undefined) return undefined;
    const own = [...this.tokens].some(([key, each]) => key.startsWith(`${account._id} `) && each === token);
    return own || token === `token-of-${account._id}` ? account : undefined;
  }

  private login({ username, password }: Record<string, unknown>): Reply {
    const user = this.accounts.find((each) => each.username === username && each.password === password);
    if (!user) return [401, { status: 'error', error: 'Unauthorized', message: 'Unauthorized' }];
    const byMail = this.twoFactorByEmail && user.emails?.[0]?.verified;
    if (user.twoFactor || byMail)
      return [401, { status: 'error', error: 'totp-required', message: 'TOTP Required' }];
    return [
      200,
      { status: 'success', data: { userId: user._id, authToken: `token-of-${user._id}`, me: user } },
    ];
  }
}

function taken(what: string): Reply {
  return refusal('error-field-unavailable', `${what} is already in use :(`);
}

function refusal(code: string, text: string): Reply {
  return [400, { success: false, error: `${text} [${code}]`, errorType: code }];
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
