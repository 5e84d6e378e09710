import type { ChatRoom, ChatSubscription, RoomType } from './chat-types';
import { listOf, numberOf, recordOf, stringsOf, textOf, timeOf } from './wire-values';

const TYPES: Readonly<Record<string, RoomType>> = { c: 'channel', p: 'group', d: 'direct', l: 'livechat' };

/** `c`, `p`, `d`, `l` as Rocket.Chat writes them; undefined for anything else. */
export function parseRoomType(raw: unknown): RoomType | undefined {
  return typeof raw === 'string' && Object.hasOwn(TYPES, raw) ? TYPES[raw] : undefined;
}

/** A room of `rooms.info`, `groups.create` or `im.create` (whose id is called `rid` on old servers). */
export function parseRoom(raw: unknown): ChatRoom | undefined {
  const wire = recordOf(raw);
  const id = textOf(wire?.['_id']) ?? textOf(wire?.['rid']);
  const type = parseRoomType(wire?.['t']);
  if (!wire || !id || !type) return undefined;
  const usernames = stringsOf(wire['usernames']);
  const name = type === 'direct' ? undefined : textOf(wire['name']);
  const counted = listOf(wire['uids']).length || usernames.length;
  return {
    id,
    type,
    userCount: numberOf(wire['usersCount']) ?? counted,
    ...(name && { name }),
    ...(usernames.length > 0 && { usernames }),
    ...(wire['ro'] === true && { readOnly: true }),
    ...(wire['archived'] === true && { archived: true }),
    ...(wire['encrypted'] === true && { encrypted: true }),
  };
}

/**
 * Joins `subscriptions.get` and `rooms.get`: either list alone makes an entry, because a new message touches the room
 * and not always the subscription.
 */
export function parseSubscriptions(
  subscriptions: readonly unknown[],
  rooms: readonly unknown[],
): ChatSubscription[] {
  const found = new Map<string, ChatSubscription>();
  for (const raw of subscriptions) {
    const wire = recordOf(raw);
    const roomId = textOf(wire?.['rid']);
    const type = parseRoomType(wire?.['t']);
    if (!wire || !roomId || !type) continue;
    const name = type === 'direct' ? undefined : textOf(wire['name']);
    const joinedAt = timeOf(wire['ts']);
    found.set(roomId, {
      roomId,
      type,
      updatedAt: timeOf(wire['_updatedAt']) ?? 0,
      ...(joinedAt !== undefined && { joinedAt }),
      ...(name && { name }),
    });
  }
  for (const raw of rooms) {
    const wire = recordOf(raw);
    const room = parseRoom(raw);
    if (!wire || !room) continue;
    const known = found.get(room.id);
    const lastMessageAt = timeOf(wire['lm']) ?? timeOf(recordOf(wire['lastMessage'])?.['ts']);
    found.set(room.id, {
      roomId: room.id,
      type: known?.type ?? room.type,
      updatedAt: Math.max(known?.updatedAt ?? 0, timeOf(wire['_updatedAt']) ?? 0),
      ...(known?.joinedAt !== undefined && { joinedAt: known.joinedAt }),
      ...((known?.name ?? room.name) && { name: known?.name ?? room.name }),
      ...(lastMessageAt !== undefined && { lastMessageAt }),
    });
  }
  return [...found.values()];
}
