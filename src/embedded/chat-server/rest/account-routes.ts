import { Refusal } from '../refusal';
import type { AccessTokens } from '../service/access-tokens';
import type { Accounts } from '../service/accounts';
import { passwordOf } from '../service/passwords';
import type { ChatCore } from '../service/chat-core';
import { may } from '../service/permissions';
import { get, optionalText, post, text, texts, type RestRoute } from './rest-route';
import { Shape, type Values } from './shape';

const CHANGES = new Shape({
  email: 'text',
  name: 'text',
  password: 'text',
  username: 'text',
  bio: 'text',
  nickname: 'text',
  statusText: 'text',
  active: 'boolean',
  roles: 'texts',
  requirePasswordChange: 'boolean',
  setRandomPassword: 'boolean',
  sendWelcomeEmail: 'boolean',
  verified: 'boolean',
  customFields: 'object',
  status: 'text',
  freeSwitchExtension: 'text',
});

const UPDATE = {
  check: (values: Values): Values => {
    const checked = new Shape({ 'userId!': 'id', 'data!': 'object', confirmRelinquish: 'boolean' }).check(
      values,
    );
    return { ...checked, data: CHANGES.check(checked['data'] as Values) };
  },
};

/** What an administrator changes about accounts, and the tokens of one's own. */
export function accountRoutes(core: ChatCore, accounts: Accounts, tokens: AccessTokens): RestRoute[] {
  const { users } = core.records;
  return [
    secured(
      post('users.update', UPDATE, async (caller, values) => {
        const data = values['data'] as Values;
        if (!may(caller, 'edit-other-user-info'))
          throw Refusal.forbidden('error-action-not-allowed', 'Editing user is not allowed');
        const user = await users.byId(text(values, 'userId'));
        if (!user) throw Refusal.coded('error-invalid-user', 'Invalid user');
        const password = passwordOf(data['password']);
        const roles = texts(data, 'roles');
        const email = optionalText(data, 'email');
        const name = optionalText(data, 'name');
        const changed = await accounts.update(user._id, {
          ...(name !== undefined && { name }),
          ...(roles && { roles }),
          ...(email !== undefined && { email }),
          ...(typeof data['verified'] === 'boolean' && { verified: data['verified'] }),
          ...(typeof data['active'] === 'boolean' && { active: data['active'] }),
          ...(password !== undefined && { password }),
        });
        return { user: { ...changed } };
      }),
    ),

    post(
      'roles.addUserToRole',
      new Shape({ 'username!': 'text', roleId: 'text', roomId: 'text' }),
      async (caller, values) => {
        if (!may(caller, 'access-permissions'))
          throw Refusal.forbidden('error-action-not-allowed', 'Accessing permissions is not allowed');
        const role = optionalText(values, 'roleId');
        if (!role) throw Refusal.coded('error-role-not-found', 'Invalid role');
        const user = await users.byUsername(text(values, 'username'));
        if (!user) throw Refusal.coded('error-invalid-user', 'There is no user by this username');
        if (user.roles.includes(role))
          throw Refusal.coded('error-user-already-in-role', 'User already in role');
        await accounts.update(user._id, { roles: [...user.roles, role] });
        const _updatedAt = core.now();
        return {
          role: { _id: role, name: role, scope: 'Users', description: '', protected: true, _updatedAt },
        };
      },
    ),

    secured(
      post(
        'users.generatePersonalAccessToken',
        new Shape({ 'tokenName!': 'id', bypassTwoFactor: 'boolean' }),
        async (user, values) => ({
          token: await tokens.generate(user, text(values, 'tokenName'), values['bypassTwoFactor'] === true),
        }),
      ),
    ),

    secured(
      post(
        'users.regeneratePersonalAccessToken',
        new Shape({ 'tokenName!': 'id' }),
        async (user, values) => ({
          token: await tokens.regenerate(user, text(values, 'tokenName')),
        }),
      ),
    ),

    secured(
      post('users.removePersonalAccessToken', new Shape({ 'tokenName!': 'id' }), async (user, values) => {
        await tokens.remove(user, text(values, 'tokenName'));
      }),
    ),

    get('users.getPersonalAccessTokens', undefined, async (user) => ({ tokens: await tokens.list(user) })),
  ];
}

function secured(route: RestRoute): RestRoute {
  return { ...route, secondFactor: true };
}
