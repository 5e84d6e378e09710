import Ajv from 'ajv';
import type { Exchange } from './recording-proxy';

/**
 * The calls that make an account and its token, or tell how the workspace is set, as JSON schemas in our words. Sources, of RocketChat/Rocket.Chat:
 * packages/rest-typings/src/v1/{users.ts, users/*.ts, roles.ts, channels/*.ts, groups/*.ts}, apps/meteor/app/api/server/v1
 * {users,roles,channels,groups}.ts, and the API description at developer.rocket.chat/apidocs (generate-personal-access-token,
 * update-user, assign-role-to-user, add-users-to-channel).
 */
interface CallSchema {
  /** Of the query of a GET, the body of a POST. */
  request: object;
  /** Of a reply with status 200. */
  reply: object;
  /** Sends who calls. */
  authenticated: boolean;
  /** Sends a second factor (introduction-to-two-factor-authentication). */
  secondFactor?: boolean;
}

const TEXT = { type: 'string' };
const ID = { type: 'string', minLength: 1 };
const FLAG = { type: 'boolean' };
const TEXTS = { type: 'array', items: TEXT };

const exactly = (required: Record<string, object>, optional: Record<string, object> = {}): object => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});
const atLeast = (properties: Record<string, object>): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
const success = (properties: Record<string, object> = {}): object =>
  atLeast({ ...properties, success: { const: true } });

const USER = atLeast({ _id: ID, username: ID, roles: TEXTS, active: FLAG });
const MAIL = exactly({ address: ID, verified: FLAG });
/** As an administrator sees it (view-full-other-user-info). */
const FULL_USER = { allOf: [USER, { properties: { emails: { type: 'array', items: MAIL } } }] };
const ROOM = (kind: string): object => atLeast({ _id: ID, name: ID, t: { const: kind } });
const BY_NAME = exactly({ roomName: ID });
const INVITATION = exactly({ roomId: ID, userId: ID });

const CALLS: Record<string, CallSchema> = {
  'POST login': {
    request: exactly({ username: ID, password: ID }),
    reply: atLeast({
      status: { const: 'success' },
      data: atLeast({ userId: ID, authToken: ID, me: atLeast({ _id: ID, username: ID, roles: TEXTS }) }),
    }),
    authenticated: false,
  },
  'GET me': {
    request: exactly({}),
    reply: success({ _id: ID, username: ID, roles: TEXTS }),
    authenticated: true,
  },
  'GET users.info': {
    request: exactly({ username: ID }),
    reply: success({ user: FULL_USER }),
    authenticated: true,
  },
  // users/UserCreateParamsPOST.ts
  'POST users.create': {
    request: exactly(
      { email: ID, name: ID, password: ID, username: ID },
      {
        roles: TEXTS,
        verified: FLAG,
        joinDefaultChannels: FLAG,
        requirePasswordChange: FLAG,
        sendWelcomeEmail: FLAG,
      },
    ),
    reply: success({ user: FULL_USER }),
    authenticated: true,
  },
  // users/UsersUpdateParamsPOST.ts; two-factor by its `twoFactorRequired`
  'POST users.update': {
    request: exactly({
      userId: ID,
      data: { ...exactly({}, { password: ID, verified: FLAG }), minProperties: 1 },
    }),
    reply: success({ user: FULL_USER }),
    authenticated: true,
    secondFactor: true,
  },
  // roles.ts: RoleAddUserToRoleProps
  'POST roles.addUserToRole': {
    request: exactly({ roleId: ID, username: ID }),
    reply: success({ role: atLeast({ _id: ID, name: ID, scope: { enum: ['Users', 'Subscriptions'] } }) }),
    authenticated: true,
  },
  'GET channels.info': {
    request: BY_NAME,
    reply: success({ channel: ROOM('c') }),
    authenticated: true,
  },
  'GET groups.info': {
    request: BY_NAME,
    reply: success({ group: ROOM('p') }),
    authenticated: true,
  },
  // rooms.ts: isRoomsInfoProps
  'GET rooms.info': { request: BY_NAME, reply: success({ room: atLeast({ _id: ID }) }), authenticated: true },
  // channels/ChannelsCreateProps.ts
  'POST channels.create': {
    request: exactly({ name: ID, members: TEXTS }),
    reply: success({ channel: ROOM('c') }),
    authenticated: true,
  },
  // channels/ChannelsInviteProps.ts
  'POST channels.invite': {
    request: INVITATION,
    reply: success({ channel: ROOM('c') }),
    authenticated: true,
  },
  'POST groups.invite': {
    request: INVITATION,
    reply: success({ group: ROOM('p') }),
    authenticated: true,
  },
  // users.ts: '/v1/users.generatePersonalAccessToken'
  'POST users.generatePersonalAccessToken': {
    request: exactly({ tokenName: ID, bypassTwoFactor: FLAG }),
    reply: exactly({ token: ID, success: { const: true } }),
    authenticated: true,
    secondFactor: true,
  },
  // users.ts: '/v1/users.regeneratePersonalAccessToken'
  'POST users.regeneratePersonalAccessToken': {
    request: exactly({ tokenName: ID }),
    reply: exactly({ token: ID, success: { const: true } }),
    authenticated: true,
    secondFactor: true,
  },
  // settings.ts: '/v1/settings.public'
  'GET settings.public': {
    request: exactly({ _id: ID, count: { type: 'string', pattern: '^[0-9]+$' } }),
    reply: success({ settings: { type: 'array', items: atLeast({ _id: ID, value: {} }) } }),
    authenticated: true,
  },
  // settings.ts: isSettingsUpdatePropDefault
  ...Object.fromEntries(
    (['Message_AllowEditing', 'Message_AllowEditing_BlockEditInMinutes', 'Threads_enabled'] as const).map(
      (id): [string, CallSchema] => [
        `POST settings/${id}`,
        {
          request: exactly({ value: { type: ['boolean', 'number'] } }),
          reply: success(),
          authenticated: true,
          secondFactor: true,
        },
      ],
    ),
  ),
  // roles.ts: '/v1/roles.getUsersInPublicRoles'
  'GET roles.getUsersInPublicRoles': {
    request: exactly({}),
    reply: success({ users: { type: 'array', items: atLeast({ _id: ID, username: ID, roles: TEXTS }) } }),
    authenticated: true,
  },
};

/** A refusal of any call: servers up to 8.x and 9.x alike, and the login's own. */
const REFUSAL = atLeast({ success: { const: false } });

const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });

/** What does not fit in one exchange; empty where all does. A call that is not described does not fit. */
export function misfits({ method, route, headers, query, body, status, reply }: Exchange): string[] {
  const name = `${method} ${route}`;
  const call = CALLS[name];
  if (!call) return [`${name} is not described`];
  return [
    ...complaints(`${name}, request`, call.request, method === 'GET' ? query : body),
    ...complaints(`${name}, reply ${status}`, status === 200 ? call.reply : REFUSAL, reply),
    ...(call.authenticated ? missing(name, headers, ['x-auth-token', 'x-user-id']) : []),
    ...(call.secondFactor ? missing(name, headers, ['x-2fa-code', 'x-2fa-method']) : []),
  ];
}

/** The calls described. */
export const DESCRIBED_CALLS: readonly string[] = Object.keys(CALLS);

function complaints(what: string, schema: object, value: unknown): string[] {
  const validate = ajv.compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${what}: ${instancePath} ${message}`);
}

function missing(name: string, headers: Record<string, string>, names: string[]): string[] {
  return names.filter((each) => !headers[each]).map((each) => `${name}: no header ${each}`);
}
