import { newId } from '../identifiers';
import type { RoomDocument, SubscriptionDocument, UserDocument, UserReference } from '../records/documents';

export function reference(user: UserDocument): UserReference {
  return { _id: user._id, username: user.username, name: user.name };
}

/** A new member's subscription; a direct message is named after the others in it. */
export function subscriptionFor(
  room: RoomDocument,
  user: UserDocument,
  now: Date,
  roles: string[] | undefined,
  everybody: UserDocument[] = [],
): SubscriptionDocument {
  const others = everybody.filter((member) => member._id !== user._id);
  const named = others.length > 0 ? others : [user];
  const direct = room.t === 'd';
  return {
    _id: newId(),
    rid: room._id,
    u: reference(user),
    t: room.t,
    name: direct ? named.map((member) => member.username).join(', ') : (room.name ?? ''),
    fname: direct ? named.map((member) => member.name).join(', ') : (room.fname ?? ''),
    open: true,
    alert: false,
    unread: 0,
    userMentions: 0,
    groupMentions: 0,
    ...(roles && { roles }),
    ts: now,
    ls: now,
    _updatedAt: now,
  };
}
