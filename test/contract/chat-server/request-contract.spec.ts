import type { RestClient } from './support/rest-client';
import { requestValidator } from './support/vendor';
import { Workspace } from './support/workspace';

interface Route {
  method: 'GET' | 'POST';
  path: string;
  validator: string;
  requests: Record<string, unknown>[];
}

const HISTORY = [
  { roomId: 'r' },
  { roomId: 'r', count: '50', offset: '0', showThreadMessages: 'false', inclusive: 'true' },
  { roomId: 'r', latest: '2026-11-22T10:00:00.000Z', oldest: '2026-11-21T10:00:00.000Z' },
  {},
  { roomId: 'r', roomName: 'general' },
  { roomId: 'r', count: 'many' },
  { roomId: 'r', limit: '5' },
];
const BY_ROOM = [
  { roomId: 'r' },
  { roomName: 'general' },
  {},
  { roomId: 'r', roomName: 'general' },
  { rid: 'r' },
];
const NEW_ROOM = [
  { name: 'x' },
  { name: 'x', members: ['a'], readOnly: true },
  { name: 'x', extraData: { topic: 't' }, customFields: {} },
  {},
  { name: 'x', members: 'a' },
  { name: 'x', type: 'c' },
];

/** Requests as the gateway makes them, and near misses of each. */
const ROUTES: Route[] = [
  {
    method: 'POST',
    path: 'chat.sendMessage',
    validator: 'isChatSendMessageProps',
    requests: [
      { message: { rid: 'r', msg: 'hello', _id: 'chosen' }, previewUrls: [] },
      { message: { rid: 'r', msg: 'hello', tmid: 't', tshow: true } },
      { message: { rid: 'r', msg: 'hello', bot: { i: 'rdzen' } }, previewUrls: [] },
      { message: { rid: 'r', msg: 'hello', blocks: [{}], attachments: [{}], customFields: {} } },
      { message: { rid: 'r', msg: 5 } },
      {},
      { message: 'hello' },
      { message: { rid: 'r', msg: 'hello' }, roomId: 'r' },
      { message: { rid: 'r', msg: ['hello'] } },
      { message: { rid: 'r', msg: 'hello', tshow: 'maybe' } },
      { message: { rid: 'r', msg: 'hello' }, previewUrls: 'none' },
    ],
  },
  {
    method: 'POST',
    path: 'chat.postMessage',
    validator: 'isChatPostMessageProps',
    requests: [
      { roomId: 'r', text: 'hello' },
      { roomId: 'r', text: 'hello', tmid: 't' },
      { roomId: ['r', 's'], text: 'hello' },
      { channel: '#general', text: 'hello', emoji: ':eyes:' },
      { channel: '@somebody', attachments: [{ text: 'a' }], parseUrls: false },
      { text: 'hello' },
      { roomId: 'r', channel: '#general', text: 'hello' },
      { channel: '#general', text: 'hello', tmid: 't' },
      { roomId: 'r', text: 'hello', bot: { i: 'rdzen' } },
      { roomId: 'r', text: 'hello', _id: 'chosen' },
      { roomId: 'r', text: 'hello', blocks: [] },
      { roomId: 'r', attachments: {} },
    ],
  },
  {
    method: 'POST',
    path: 'chat.update',
    validator: 'isChatUpdateProps',
    requests: [
      { roomId: 'r', msgId: 'm', text: 'new', previewUrls: [] },
      { roomId: 'r', msgId: 'm', text: '' },
      { roomId: 'r', msgId: 'm' },
      { roomId: 'r', text: 'new' },
      { roomId: 'r', msgId: 'm', text: 'new', tmid: 't' },
      { roomId: 'r', msgId: 'm', text: 'new', previewUrls: 5 },
    ],
  },
  {
    method: 'POST',
    path: 'chat.delete',
    validator: 'isChatDeleteProps',
    requests: [
      { roomId: 'r', msgId: 'm' },
      { roomId: 'r', msgId: 'm', asUser: true },
      { msgId: 'm' },
      { roomId: 'r', msgId: 'm', x: 1 },
    ],
  },
  {
    method: 'POST',
    path: 'chat.react',
    validator: 'isChatReactProps',
    requests: [
      { messageId: 'm', emoji: ':eyes:', shouldReact: true },
      { messageId: 'm', reaction: ':eyes:' },
      { messageId: 'm' },
      { messageId: '', emoji: ':eyes:' },
      { messageId: 'm', emoji: ':eyes:', reaction: ':eyes:' },
    ],
  },
  {
    method: 'GET',
    path: 'chat.getMessage',
    validator: 'isChatGetMessageProps',
    requests: [{ msgId: 'm' }, {}, { msgId: '' }, { msgId: 'm', roomId: 'r' }],
  },
  {
    method: 'GET',
    path: 'chat.syncMessages',
    validator: 'isChatSyncMessagesProps',
    requests: [
      { roomId: 'r', lastUpdate: '2026-11-22T10:00:00.000Z' },
      { roomId: 'r', type: 'UPDATED', next: '1795300000000', count: '100' },
      { roomId: 'r', type: 'DELETED', previous: '1795300000000' },
      { lastUpdate: '2026-11-22T10:00:00.000Z' },
      { roomId: 'r', type: 'BOTH' },
      { roomId: 'r', since: '1' },
    ],
  },
  {
    method: 'GET',
    path: 'chat.getThreadMessages',
    validator: 'isChatGetThreadMessagesProps',
    requests: [
      { tmid: 't', count: '50', offset: '0', sort: '{"ts":-1}' },
      {},
      { tmid: '' },
      { tmid: 't', roomId: 'r' },
    ],
  },
  { method: 'GET', path: 'channels.history', validator: 'isChannelsHistoryProps', requests: HISTORY },
  { method: 'GET', path: 'groups.history', validator: 'isGroupsHistoryProps', requests: HISTORY },
  {
    method: 'GET',
    path: 'im.history',
    validator: 'isDmHistoryProps',
    requests: [...HISTORY, { roomName: 'general' }],
  },
  {
    method: 'POST',
    path: 'im.create',
    validator: 'isDmCreateProps',
    requests: [
      { username: 'a' },
      { usernames: 'a,b' },
      { username: 'a', excludeSelf: true },
      {},
      { username: 'a', usernames: 'b' },
      { user: 'a' },
    ],
  },
  {
    method: 'GET',
    path: 'subscriptions.get',
    validator: 'isSubscriptionsGetProps',
    requests: [{}, { updatedSince: '2026-11-22T10:00:00.000Z' }, { since: '1' }],
  },
  {
    method: 'GET',
    path: 'subscriptions.getOne',
    validator: 'isSubscriptionsGetOneProps',
    requests: [{ roomId: 'r' }, {}, { rid: 'r' }],
  },
  {
    method: 'POST',
    path: 'subscriptions.read',
    validator: 'isSubscriptionsReadProps',
    requests: [{ rid: 'r' }, { roomId: 'r', readThreads: true }, {}, { rid: 'r', roomId: 'r' }],
  },
  { method: 'GET', path: 'rooms.info', validator: 'isRoomsInfoProps', requests: BY_ROOM },
  {
    method: 'GET',
    path: 'rooms.isMember',
    validator: 'isRoomsIsMemberProps',
    requests: [
      { roomId: 'r', userId: 'u' },
      { roomId: 'r', username: 'a' },
      { roomId: 'r' },
      { roomId: 'r', userId: 'u', username: 'a' },
    ],
  },
  {
    method: 'GET',
    path: 'users.info',
    validator: 'isUsersInfoParamsGetProps',
    requests: [
      { userId: 'u' },
      { username: 'a' },
      { username: 'a', includeUserRooms: 'true' },
      {},
      { name: 'a' },
    ],
  },
  {
    method: 'POST',
    path: 'users.create',
    validator: 'isUserCreateParamsPOST',
    requests: [
      {
        email: 'a@example.org',
        name: 'A',
        password: 'p',
        username: 'a',
        roles: ['bot', 'user'],
        verified: true,
      },
      { email: 'a@example.org', name: 'A', password: 'p' },
      { email: 'a@example.org', name: 'A', password: 'p', username: 'a', type: 'bot' },
      { email: 'a@example.org', name: 'A', password: 'p', username: 'a', roles: 'bot' },
    ],
  },
  {
    method: 'POST',
    path: 'users.update',
    validator: 'isUsersUpdateParamsPOST',
    requests: [
      { userId: 'u', data: { password: 'p' } },
      { userId: 'u', data: { roles: ['bot', 'user'], verified: false } },
      { userId: 'u', data: {}, confirmRelinquish: true },
      { userId: 'u' },
      { data: { password: 'p' } },
      { userId: '', data: {} },
      { userId: 'u', data: { admin: true } },
      { userId: 'u', data: { roles: 'bot' } },
    ],
  },
  {
    method: 'POST',
    path: 'roles.addUserToRole',
    validator: 'isRoleAddUserToRoleProps',
    requests: [
      { roleId: 'user', username: 'a' },
      { roleId: 'user', username: 'a', roomId: 'r' },
      { roleId: 'user' },
      { roleName: 'user', username: 'a' },
    ],
  },
  { method: 'GET', path: 'groups.info', validator: 'isGroupsInfoProps', requests: BY_ROOM },
  {
    method: 'POST',
    path: 'channels.join',
    validator: 'isChannelsJoinProps',
    requests: [...BY_ROOM, { roomId: 'r', joinCode: 'c' }],
  },
  { method: 'POST', path: 'channels.create', validator: 'isChannelsCreateProps', requests: NEW_ROOM },
  { method: 'POST', path: 'groups.create', validator: 'isGroupsCreateProps', requests: NEW_ROOM },
  {
    method: 'POST',
    path: 'groups.invite',
    validator: 'isGroupsInviteProps',
    requests: [
      { roomId: 'r', userId: 'u' },
      { roomName: 'g', usernames: ['a'] },
      { userId: 'u' },
      { roomId: 'r', users: ['u'] },
    ],
  },
  { method: 'GET', path: 'channels.roles', validator: 'isChannelsRolesProps', requests: BY_ROOM },
  { method: 'GET', path: 'groups.roles', validator: 'isGroupsRolesProps', requests: BY_ROOM },
  {
    method: 'POST',
    path: 'groups.addModerator',
    validator: 'isGroupsAddModeratorProps',
    requests: [{ roomId: 'r', userId: 'u' }, { userId: 'u' }, { roomId: 'r', user: 'a', roles: [] }],
  },
  {
    method: 'GET',
    path: 'settings.public',
    validator: 'isSettingsPublicWithPaginationProps',
    requests: [
      {},
      { _id: 'Message_MaxAllowedSize,UI_Use_Real_Name' },
      { count: '5', offset: '1' },
      { ids: 'x' },
    ],
  },
];

const CASES = ROUTES.flatMap((route) => route.requests.map((request) => ({ ...route, request })));

describe('requests, judged by the vendor and by the chat server', () => {
  let workspace: Workspace;
  let admin: RestClient;

  beforeAll(async () => {
    workspace = await Workspace.start({ restLimit: null });
    admin = workspace.bot;
  });
  afterAll(() => workspace.stop());

  it.each(CASES)('$method $path $request', async ({ method, path, validator, request }) => {
    const accepted = requestValidator(validator)(structuredClone(request));
    const { status, body } =
      method === 'GET'
        ? await admin.get(path, request as Record<string, string>)
        : await admin.post(path, request);
    const refusedForShape = status === 400 && body['errorType'] === 'invalid-params';
    expect({ accepted: !refusedForShape, body }).toEqual({ accepted, body });
  });

  it('judges both kinds of request on every route', () => {
    for (const { validator, requests, path } of ROUTES) {
      const verdicts = requests.map((request) => requestValidator(validator)(structuredClone(request)));
      expect({ path, verdicts: new Set(verdicts) }).toEqual({ path, verdicts: new Set([true, false]) });
    }
  });

  it('takes the logins that the vendor takes', () => {
    const accepts = requestValidator('isLoginProps');
    const digest = { digest: 'a'.repeat(64), algorithm: 'sha-256' };
    expect(accepts({ username: 'a', password: 'p' })).toBe(true);
    expect(accepts({ username: 'a', password: digest })).toBe(true);
    expect(accepts({ email: 'a@example.org', password: 'p' })).toBe(true);
  });
});
