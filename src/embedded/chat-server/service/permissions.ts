import type { RoomDocument, SubscriptionDocument, UserDocument } from '../records/documents';

/** Which roles hold what, as a fresh Rocket.Chat has it; the reference's role matrix is the source. */
const HOLDERS = {
  'api-bypass-rate-limit': ['admin', 'bot', 'app'],
  'send-many-messages': ['admin', 'bot', 'app'],
  'create-user': ['admin'],
  'edit-other-user-info': ['admin'],
  'edit-privileged-setting': ['admin'],
  'access-permissions': ['admin'],
  'create-personal-access-tokens': ['admin', 'user'],
  'view-full-other-user-info': ['admin'],
  'edit-message': ['admin', 'owner', 'moderator'],
  'delete-message': ['admin', 'owner', 'moderator'],
  'delete-own-message': ['admin', 'user'],
  'bypass-time-limit-edit-and-delete': ['bot', 'app'],
  'message-impersonate': ['bot', 'app'],
  'post-readonly': ['admin', 'owner', 'moderator'],
  'create-c': ['admin', 'user', 'bot', 'app'],
  'create-p': ['admin', 'user', 'bot', 'app'],
  'create-d': ['admin', 'user', 'bot', 'app'],
  'view-c-room': ['admin', 'user', 'bot', 'app'],
  'set-moderator': ['admin', 'owner'],
  'set-owner': ['admin', 'owner'],
  'add-user-to-any-c-room': ['admin'],
  'add-user-to-joined-room': ['admin', 'owner', 'moderator'],
  'remove-user': ['admin', 'owner', 'moderator'],
} as const satisfies Record<string, string[]>;

export type Permission = keyof typeof HOLDERS;

/** `subscription` brings the roles held in one room. */
export function may(
  user: UserDocument,
  permission: Permission,
  subscription?: SubscriptionDocument,
): boolean {
  const held = [...user.roles, ...(subscription?.roles ?? [])];
  return held.some((role) => (HOLDERS[permission] as readonly string[]).includes(role));
}

/** The roles of a whole workspace that hold it. */
export function holdersOf(permission: Permission): readonly string[] {
  return HOLDERS[permission];
}

export function canAccess(user: UserDocument, room: RoomDocument, member: boolean): boolean {
  return member || (room.t === 'c' && may(user, 'view-c-room'));
}
