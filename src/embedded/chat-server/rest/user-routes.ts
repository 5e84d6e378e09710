import type { UserDocument } from '../records/documents';
import { Refusal } from '../refusal';
import type { Accounts, LoginToken } from '../service/accounts';
import { passwordOf } from '../service/passwords';
import type { ChatCore } from '../service/chat-core';
import { may } from '../service/permissions';
import { get, optionalText, post, text, texts, type RestRoute } from './rest-route';
import { Shape, type Values } from './shape';
import { isObject } from '../is-object';
import { ownView, publicView } from './user-views';

const STATUSES = ['online', 'away', 'offline', 'busy'];
const BY_USER = { includeUserRooms: 'text', fields: 'text' } as const;

export function userRoutes(core: ChatCore, accounts: Accounts): RestRoute[] {
  const { records } = core;
  return [
    {
      method: 'POST',
      path: 'login',
      handle: async ({ values }) => {
        const token = await login(accounts, values);
        const user = await records.users.byId(token.userId);
        if (!user) throw new Refusal('unauthorized', undefined, { status: 401 });
        return {
          status: 'success',
          data: { userId: user._id, authToken: token.authToken, me: ownView(user) },
        };
      },
    },
    {
      method: 'POST',
      path: 'logout',
      authenticated: true,
      handle: async ({ caller }) => {
        if (!caller) throw Refusal.unauthenticated();
        await accounts.logout(caller.token);
        return { status: 'success', data: { message: "You've been logged out!" } };
      },
    },

    get('me', undefined, async (user) => ownView(user)),

    get(
      'users.info',
      new Shape(
        { 'userId!': 'text', ...BY_USER },
        { 'username!': 'text', ...BY_USER },
        { 'email!': 'text', ...BY_USER },
        { 'importId!': 'text', ...BY_USER },
      ),
      async (caller, values) => {
        const user = await oneUser(core, values);
        const full = caller._id === user._id || may(caller, 'view-full-other-user-info');
        return { user: full ? { ...user } : publicView(user) };
      },
    ),

    get('users.list', undefined, async () => {
      const users = (await records.users.all()).filter((user) => user.active).map(publicView);
      return { users, count: users.length, offset: 0, total: users.length };
    }),

    post(
      'users.create',
      new Shape({
        'email!': 'text',
        'name!': 'text',
        'password!': 'text',
        'username!': 'text',
        active: 'boolean',
        bio: 'text',
        nickname: 'text',
        statusText: 'text',
        roles: 'texts',
        joinDefaultChannels: 'boolean',
        requirePasswordChange: 'boolean',
        setRandomPassword: 'boolean',
        sendWelcomeEmail: 'boolean',
        verified: 'boolean',
        customFields: 'object',
        fields: 'text',
        freeSwitchExtension: 'text',
      }),
      async (caller, values) => {
        if (!may(caller, 'create-user')) {
          throw Refusal.forbidden('error-action-not-allowed', 'Creating user is not allowed');
        }
        const customFields = values['customFields'];
        const user = await accounts.create({
          username: text(values, 'username'),
          name: text(values, 'name'),
          email: text(values, 'email'),
          password: text(values, 'password'),
          roles: texts(values, 'roles') ?? ['user'],
          active: values['active'] !== false,
          verified: values['verified'] === true,
          statusText: text(values, 'statusText'),
          ...(isObject(customFields) && { customFields }),
        });
        return { user: { ...user } };
      },
    ),

    post('users.setStatus', undefined, async (user, values) => {
      const status = optionalText(values, 'status');
      const message = optionalText(values, 'message');
      if (status === undefined && message === undefined) {
        throw Refusal.coded('error-invalid-params', 'Either "message" or "status" is required');
      }
      if (status !== undefined && !STATUSES.includes(status)) {
        throw Refusal.coded(
          'error-invalid-status',
          'Valid status types include online, away, offline, and busy.',
        );
      }
      await accounts.setStatus(user, status, message);
    }),
  ];
}

async function login(accounts: Accounts, values: Values): Promise<LoginToken> {
  const resume = optionalText(values, 'resume');
  if (resume !== undefined) {
    const caller = await accounts.byToken(resume);
    if (!caller) throw new Refusal('unauthorized', undefined, { status: 401 });
    return { userId: caller.user._id, authToken: resume };
  }
  const password = passwordOf(values['password']);
  if (password === undefined) throw new Refusal('unauthorized', undefined, { status: 401 });
  return accounts.login(identityOf(values), password);
}

function identityOf(values: Values): { username?: string; email?: string } {
  const given = values['user'] ?? values['username'] ?? values['email'];
  if (isObject(given)) return identityOf(given);
  if (typeof given !== 'string') return {};
  return given.includes('@') ? { email: given } : { username: given };
}

async function oneUser(core: ChatCore, values: Values): Promise<UserDocument> {
  const { users } = core.records;
  const id = optionalText(values, 'userId');
  const username = optionalText(values, 'username');
  const email = optionalText(values, 'email');
  let user: UserDocument | undefined;
  if (id !== undefined) user = await users.byId(id);
  else if (username !== undefined) user = await users.byUsername(username);
  else user = (await users.all()).find(({ emails }) => emails?.some(({ address }) => address === email));
  if (!user) throw new Refusal('User not found.');
  return user;
}
