import {
  isoDate,
  wireMessage,
  type FakeChatState,
  type FakeMessage,
  type FakeRoom,
  type FakeUser,
} from './fake-chat-state';
import type { FakeFaults } from './fake-faults';

export interface FakeRequest {
  method: string;
  /** Without `/api/v1/`. */
  route: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  headers: Readonly<Record<string, unknown>>;
}

/** A refusal to be sent as it stands. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: Record<string, unknown>,
  ) {
    super(String(body['error']));
  }
}

type Handler = (request: FakeRequest, user: FakeUser) => Record<string, unknown>;

const bad = (error: string, errorType?: string): Refusal =>
  new Refusal(400, { success: false, error, ...(errorType && { errorType }) });

/** The REST calls the client makes, refused where the real server refuses. */
export function fakeRestRoutes(state: FakeChatState, faults: FakeFaults): Readonly<Record<string, Handler>> {
  const forbidden = (code: string): Refusal =>
    faults.style === 9
      ? new Refusal(403, { success: false, error: 'Not allowed', errorType: 'error-forbidden' })
      : bad(`Not allowed [${code}]`, code);
  const roomFor = (id: unknown, user: FakeUser): FakeRoom => {
    const room = state.rooms.get(String(id));
    if (!room)
      throw bad(
        'The required "roomId" or "roomName" param provided does not match any channel [error-room-not-found]',
        'error-room-not-found',
      );
    if (!room.members.includes(user._id) && room.t !== 'c') throw forbidden('error-not-allowed');
    return room;
  };
  const wireRoom = (room: FakeRoom): Record<string, unknown> => {
    const { members, updatedAt, roles: _, ...rest } = room;
    const last = state.inRoom(room._id).at(-1);
    const usernames = members.map((id) => state.users.get(id)?.username);
    return {
      ...rest,
      usersCount: members.length,
      _updatedAt: isoDate(updatedAt),
      ...(room.t === 'd' && { uids: members, usernames }),
      ...(last && { lm: isoDate(last.ts) }),
    };
  };
  const mine = (user: FakeUser, request: FakeRequest): FakeRoom[] => {
    const since = Date.parse(request.query.get('updatedSince') ?? '') || 0;
    return [...state.rooms.values()].filter(
      (room) => room.members.includes(user._id) && room.updatedAt > since,
    );
  };
  const history: Handler = ({ query }, user) => {
    const room = roomFor(query.get('roomId'), user);
    const messages = state
      .inRoom(room._id)
      .filter((message) => query.get('showThreadMessages') !== 'false' || !message.tmid);
    return {
      messages: newestFirst(messages)
        .slice(0, Number(query.get('count') ?? 20))
        .map(rest),
    };
  };
  const roles: Handler = ({ query }, user) => ({
    roles: (roomFor(query.get('roomId'), user).roles ?? []).map((entry) => ({
      u: { _id: entry.userId },
      roles: entry.roles,
    })),
  });

  return {
    'GET me': (_request, user) => ({
      _id: user._id,
      username: user.username,
      name: user.name,
      roles: user.roles,
    }),
    'GET settings.public': ({ query }) => ({
      settings: (query.get('_id') ?? '').split(',').map((id) => ({ _id: id, value: state.settings[id] })),
    }),
    'POST chat.sendMessage': ({ body }, user) => {
      const wanted = body['message'] as Record<string, unknown>;
      if (faults.restricted) throw bad('restricted-workspace');
      const room = roomFor(wanted['rid'], user);
      if (!room.members.includes(user._id)) throw bad('error-not-allowed');
      if (room.ro) throw bad("You can't send messages because the room is readonly.");
      const text = String(wanted['msg']);
      if (text.length > Number(state.settings['Message_MaxAllowedSize']))
        throw bad('error-message-size-exceeded');
      if (state.messages.has(String(wanted['_id'])))
        throw bad("Cannot read properties of undefined (reading 'starred')");
      const { _id, rid: _rid, msg: _msg, tmid, ...extra } = wanted;
      return {
        message: rest(
          state.say(room._id, user._id, text, {
            _id: String(_id),
            extra,
            ...(typeof tmid === 'string' && { tmid }),
          }),
        ),
      };
    },
    'POST chat.update': ({ body }, user) => {
      if (faults.restricted) throw bad('restricted-workspace');
      const message = state.messages.get(String(body['msgId']));
      if (!message) throw bad(`No message found with the id of "${String(body['msgId'])}".`);
      if (message.rid !== body['roomId'])
        throw bad('The room id provided does not match where the message is from.');
      if (message.u._id !== user._id || state.settings['Message_AllowEditing'] === false) {
        throw bad('Message editing not allowed [error-action-not-allowed]', 'error-action-not-allowed');
      }
      state.change(message._id, String(body['text']));
      return { message: rest(message) };
    },
    'GET chat.getMessage': ({ query }) => {
      const message = state.messages.get(String(query.get('msgId')));
      if (!message) throw new Refusal(400, { success: false });
      return { message: rest(message) };
    },
    'GET chat.syncMessages': ({ query }, user) => ({
      result: sync(state, faults, roomFor(query.get('roomId'), user), query),
    }),
    'GET chat.getThreadMessages': ({ query }) => {
      const replies = [...state.messages.values()].filter((message) => message.tmid === query.get('tmid'));
      const ordered = query.get('sort')?.includes('-1')
        ? newestFirst(replies)
        : newestFirst(replies).reverse();
      return {
        messages: ordered.slice(0, Number(query.get('count') ?? 50)).map(rest),
        total: replies.length,
      };
    },
    'GET channels.history': history,
    'GET groups.history': history,
    'GET im.history': history,
    'GET rooms.get': (request, user) => ({ update: mine(user, request).map(wireRoom), remove: [] }),
    'GET subscriptions.get': (request, user) => ({
      update: mine(user, request).map(({ _id, t, name, updatedAt }) => ({
        _id: `s-${_id}`,
        rid: _id,
        t,
        name,
        _updatedAt: isoDate(updatedAt),
      })),
      remove: [],
    }),
    'GET rooms.info': ({ query }, user) => ({
      room: wireRoom(roomFor(query.get('roomId') ?? state.roomNamed(query.get('roomName'))?._id, user)),
    }),
    'POST im.create': ({ body }, user) => {
      const other = state.userNamed(body['username']);
      if (!other) throw bad('Invalid user [error-invalid-user]', 'error-invalid-user');
      const known = [...state.rooms.values()].find(
        (room) => room.t === 'd' && room.members.includes(other._id) && room.members.includes(user._id),
      );
      if (!known) state.addRoom({ _id: `dm-${other._id}`, t: 'd', members: [user._id, other._id] });
      const id = known?._id ?? `dm-${other._id}`;
      return { room: { _id: id, rid: id, t: 'd', usernames: [user.username, other.username] } };
    },
    'GET roles.getUsersInPublicRoles': () => {
      if (faults.publicRolesRefused) throw forbidden('error-not-allowed');
      return {
        users: [...state.users.values()].map(({ _id, username, roles }) => ({ _id, username, roles })),
      };
    },
    'GET channels.roles': roles,
    'GET groups.roles': roles,
    'POST channels.join': ({ body }, user) => {
      const room = roomFor(body['roomId'], user);
      room.members.push(user._id);
      return { channel: wireRoom(room) };
    },
    'POST groups.create': ({ body }, user) => {
      if (!user.roles.includes('user')) throw forbidden('not-allowed');
      state.addRoom({
        _id: `group-${String(body['name'])}`,
        t: 'p',
        name: String(body['name']),
        members: [user._id],
        roles: [{ userId: user._id, roles: ['owner'] }],
      });
      return { group: wireRoom(roomFor(`group-${String(body['name'])}`, user)) };
    },
    'POST groups.invite': ({ body }, user) => {
      const room = roomFor(body['roomId'], user);
      const held = room.roles?.find(({ userId }) => userId === user._id)?.roles ?? [];
      if (room.t !== 'p' || !held.some((role) => role === 'owner' || role === 'moderator'))
        throw forbidden('error-not-allowed');
      const guest = state.users.get(String(body['userId']));
      if (!guest) throw bad('Cannot invite if no valid users are provided', 'error-empty-invite-list');
      if (!room.members.includes(guest._id)) room.members.push(guest._id);
      return { group: wireRoom(room) };
    },
  };
}

const rest = (message: FakeMessage): Record<string, unknown> => wireMessage(message, isoDate);
const newestFirst = (messages: FakeMessage[]): FakeMessage[] => [...messages].sort((a, b) => b.ts - a.ts);

/** As server/publications/messages.ts: "greater than", one more than asked decides whether there is a next page. */
function sync(
  state: FakeChatState,
  faults: FakeFaults,
  room: FakeRoom,
  query: URLSearchParams,
): Record<string, unknown> {
  const type = query.get('type');
  const updatedAfter = (after: number): FakeMessage[] =>
    state.inRoom(room._id).filter((message) => message.updatedAt > after);
  const deletedAfter = (after: number): { _id: string; _deletedAt: string }[] =>
    state.deleted
      .filter((entry) => entry.rid === room._id && entry.at > after)
      .map(({ _id, at }) => ({ _id, _deletedAt: isoDate(at) }));
  if (!type) {
    const after = Date.parse(query.get('lastUpdate') ?? '');
    if (Number.isNaN(after))
      throw bad(
        'The "lastUpdate" query parameter is required [error-param-required]',
        'error-param-required',
      );
    return {
      updated: updatedAfter(after)
        .sort((a, b) => b.updatedAt - a.updatedAt)
        .map(rest),
      deleted: deletedAfter(after),
    };
  }
  if (faults.noPaging) throw bad('must NOT have additional properties [invalid-params]', 'invalid-params');
  const after = Number(query.get('next'));
  const count = Number(query.get('count') ?? 20);
  if (type === 'DELETED')
    return {
      updated: [],
      deleted: deletedAfter(after).slice(0, count),
      cursor: { next: null, previous: null },
    };
  const found = updatedAfter(after).sort((a, b) => a.updatedAt - b.updatedAt);
  const page = found.slice(0, count);
  const next = found.length > count ? String(page.at(-1)?.updatedAt) : null;
  return { updated: page.map(rest), deleted: [], cursor: { next, previous: null } };
}
