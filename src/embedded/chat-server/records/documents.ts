/** The documents of a Rocket.Chat server, as far as this server makes them. Dates are `Date` objects until they leave. */
export interface UserReference {
  _id: string;
  username: string;
  name?: string;
}

export interface UserDocument {
  _id: string;
  username: string;
  name: string;
  roles: string[];
  /** Accounts made by `users.create` are `user` even when they hold the role bot. */
  type: 'user';
  active: boolean;
  emails?: { address: string; verified: boolean }[];
  status: string;
  statusDefault: string;
  statusConnection: string;
  statusText: string;
  utcOffset: number;
  customFields?: Record<string, unknown>;
  createdAt: Date;
  lastLogin?: Date;
  _updatedAt: Date;
}

/** Channel, private group, direct message. */
export type RoomKind = 'c' | 'p' | 'd';

export interface RoomDocument {
  _id: string;
  t: RoomKind;
  name?: string;
  fname?: string;
  topic?: string;
  description?: string;
  default?: boolean;
  ro?: boolean;
  archived?: boolean;
  encrypted?: boolean;
  broadcast?: boolean;
  customFields?: Record<string, unknown>;
  sysMes: boolean;
  msgs: number;
  usersCount: number;
  u: UserReference;
  /** Direct messages only: the members, in a stable order. */
  uids?: string[];
  usernames?: string[];
  ts: Date;
  lm?: Date;
  lastMessage?: MessageDocument;
  _updatedAt: Date;
}

export interface SubscriptionDocument {
  _id: string;
  rid: string;
  u: UserReference;
  t: RoomKind;
  name: string;
  fname?: string;
  open: boolean;
  alert: boolean;
  unread: number;
  userMentions: number;
  groupMentions: number;
  roles?: string[];
  ts: Date;
  ls?: Date;
  _updatedAt: Date;
}

export interface Mention {
  _id: string;
  username: string;
  name?: string;
  type?: 'user';
}

export interface MessageDocument {
  _id: string;
  rid: string;
  msg: string;
  ts: Date;
  u: UserReference;
  _updatedAt: Date;
  mentions?: Mention[];
  channels?: { _id: string; name: string }[];
  urls?: { url: string; meta: Record<string, unknown>; ignoreParse?: boolean }[];
  tmid?: string;
  tshow?: boolean;
  tcount?: number;
  tlm?: Date;
  replies?: string[];
  /** System messages only (`uj`, `ul`, `rm`, ...). */
  t?: string;
  editedAt?: Date;
  editedBy?: { _id: string; username: string };
  reactions?: Record<string, { usernames: string[] }>;
  groupable?: boolean;
  alias?: string;
  avatar?: string;
  emoji?: string;
  attachments?: Record<string, unknown>[];
  blocks?: Record<string, unknown>[];
  customFields?: Record<string, unknown>;
  bot?: Record<string, unknown>;
  _hidden?: boolean;
}

/** What remains of something deleted, for those who ask what changed since. */
export interface Removal {
  _id: string;
  _deletedAt: Date;
}
