import type { RoomDocument, RoomKind, UserDocument } from '../records/documents';
import { Refusal } from '../refusal';
import type { ChatCore } from '../service/chat-core';
import { canAccess } from '../service/permissions';
import type { Rooms } from '../service/rooms';
import { get, optionalText, post, text, texts, type RestRoute } from './rest-route';
import { Shape, type Fields, type Values } from './shape';
import { isObject } from '../is-object';

const byRoom = (more: Fields = {}): Shape =>
  new Shape({ 'roomId!': 'text', ...more }, { 'roomName!': 'text', ...more });
const USER: Fields = { userId: 'text', username: 'text', user: 'text', userIds: 'texts', usernames: 'texts' };
const NEW_ROOM = new Shape({
  'name!': 'text',
  members: 'texts',
  teams: 'texts',
  readOnly: 'boolean',
  customFields: 'object',
  excludeSelf: 'boolean',
  extraData: 'object',
});

export function roomRoutes(core: ChatCore, rooms: Rooms): RestRoute[] {
  const { records } = core;
  const room = async (user: UserDocument, values: Values, kind?: RoomKind): Promise<RoomDocument> => {
    const roomId = optionalText(values, 'roomId');
    const found = await rooms.visible(
      user,
      roomId === undefined ? { roomName: text(values, 'roomName') } : { roomId },
    );
    if (kind && found.t !== kind) {
      throw noSuchRoom();
    }
    return found;
  };
  const people = async (values: Values): Promise<UserDocument[]> => {
    const names = [
      optionalText(values, 'username'),
      optionalText(values, 'user'),
      ...(texts(values, 'usernames') ?? []),
    ];
    const ids = [optionalText(values, 'userId'), ...(texts(values, 'userIds') ?? [])];
    const found = await Promise.all([
      ...names.flatMap((name) => (name ? [records.users.byUsername(name.replace(/^@/, ''))] : [])),
      ...ids.flatMap((id) => (id ? [records.users.byId(id)] : [])),
    ]);
    const users = found.flatMap((user) => (user ? [user] : []));
    if (users.length === 0) {
      throw Refusal.coded(
        'error-invalid-user',
        'The required "userId" or "username" param provided does not match any users',
      );
    }
    return users;
  };
  const create = (path: string, kind: 'c' | 'p', key: string): RestRoute =>
    post(path, NEW_ROOM, async (user, values) => {
      const extra = isObject(values['extraData']) ? values['extraData'] : {};
      const customFields = values['customFields'];
      return {
        [key]: await rooms.create(user, {
          kind,
          name: text(values, 'name'),
          members: texts(values, 'members') ?? [],
          readOnly: values['readOnly'] === true,
          ...(typeof extra['topic'] === 'string' && { topic: extra['topic'] }),
          ...(extra['encrypted'] === true && { encrypted: true }),
          ...(isObject(customFields) && { customFields }),
        }),
      };
    });
  const info = (path: string, kind: RoomKind, key: string): RestRoute =>
    get(path, byRoom(), async (user, values) => {
      const roomId = optionalText(values, 'roomId');
      const found = await (roomId === undefined
        ? records.rooms.byName(text(values, 'roomName'))
        : records.rooms.byId(roomId));
      const member = found && (await records.rooms.subscription(found._id, user._id)) !== undefined;
      // Of a room that may not be seen, or is of the other kind, these two say that it is not there.
      if (!found || found.t !== kind || !canAccess(user, found, member === true)) throw noSuchRoom();
      return { [key]: found };
    });
  const roles = (path: string, kind: RoomKind): RestRoute =>
    get(path, byRoom(), async (user, values) => {
      const { _id } = await room(user, values, kind);
      const holders = (await records.rooms.subscriptionsOfRoom(_id)).filter(
        ({ roles: held }) => held?.length,
      );
      return { roles: holders.map(({ _id: id, rid, u, roles: held }) => ({ _id: id, rid, u, roles: held })) };
    });
  const setRole = (path: string, kind: RoomKind, role: 'owner' | 'moderator', held: boolean): RestRoute =>
    post(path, byRoom(USER), async (user, values) => {
      const [target] = await people(values);
      if (target) await rooms.setRole(user, await room(user, values, kind), target, role, held);
    });
  const invite = (path: string, kind: RoomKind, key: string): RestRoute =>
    post(path, byRoom(USER), async (user, values) => ({
      [key]: await rooms.invite(user, await room(user, values, kind), await people(values)),
    }));
  const kick = (path: string, kind: RoomKind, key: string): RestRoute =>
    post(path, byRoom(USER), async (user, values) => {
      const found = await room(user, values, kind);
      for (const target of await people(values)) await rooms.leave(target, found, user);
      return { [key]: found };
    });

  return [
    create('channels.create', 'c', 'channel'),
    create('groups.create', 'p', 'group'),
    invite('channels.invite', 'c', 'channel'),
    invite('groups.invite', 'p', 'group'),
    kick('channels.kick', 'c', 'channel'),
    kick('groups.kick', 'p', 'group'),
    info('channels.info', 'c', 'channel'),
    info('groups.info', 'p', 'group'),
    roles('channels.roles', 'c'),
    roles('groups.roles', 'p'),
    setRole('channels.addModerator', 'c', 'moderator', true),
    setRole('channels.removeModerator', 'c', 'moderator', false),
    setRole('channels.addOwner', 'c', 'owner', true),
    setRole('groups.addModerator', 'p', 'moderator', true),
    setRole('groups.removeModerator', 'p', 'moderator', false),

    post('channels.join', byRoom({ joinCode: 'text' }), async (user, values) => ({
      channel: await rooms.join(user, await room(user, values, 'c')),
    })),

    get('channels.list', undefined, async () => {
      const channels = await records.rooms.channels();
      return { channels, count: channels.length, offset: 0, total: channels.length };
    }),

    post('rooms.leave', undefined, async (user, values) => {
      await rooms.leave(user, await room(user, values));
    }),

    post(
      'im.create',
      new Shape(
        { 'username!': 'text', excludeSelf: 'boolean' },
        { 'usernames!': 'text', excludeSelf: 'boolean' },
      ),
      async (user, values) => {
        const names = (optionalText(values, 'username') ?? text(values, 'usernames')).split(',');
        const direct = await rooms.direct(
          user,
          names.map((name) => name.trim().replace(/^@/, '')).filter(Boolean),
          values['excludeSelf'] === true,
        );
        const { _id, t, usernames } = direct;
        return { room: { ...direct, _id, t, rid: _id, usernames } };
      },
    ),

    get('rooms.info', byRoom(), async (user, values) => ({ room: await room(user, values) })),

    get(
      'rooms.isMember',
      new Shape({ 'roomId!': 'id', 'userId!': 'id' }, { 'roomId!': 'id', 'username!': 'id' }),
      async (user, values) => {
        const found = await room(user, values);
        const [target] = await people(values);
        const member = target && (await records.rooms.subscription(found._id, target._id));
        return { isMember: member !== undefined };
      },
    ),
  ];
}

function noSuchRoom(): Refusal {
  return Refusal.coded(
    'error-room-not-found',
    'The required "roomId" or "roomName" param provided does not match any room',
  );
}
