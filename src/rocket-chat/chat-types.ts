/** A message as Rocket.Chat sends it, dates turned into epoch milliseconds. Unknown fields are dropped. */
export interface ChatMessage {
  id: string;
  roomId: string;
  text: string;
  author: { id: string; username: string; name?: string };
  /** When it was written. */
  at: number;
  /** `_updatedAt`: grows with every edit, reaction, reply or preview. */
  updatedAt: number;
  threadId?: string;
  /** Present on system messages (`uj`, `rm`, ...) and encrypted ones (`e2e`). */
  systemType?: string;
  editedAt?: number;
  /** Set by webhooks and by bots that mark their posts. */
  bot?: boolean;
  encrypted?: boolean;
  hidden?: boolean;
  imported?: boolean;
  mentions: { id: string; username: string }[];
  /** Number of files or attachments. */
  attachments: number;
}

export type RoomType = 'channel' | 'group' | 'direct' | 'livechat';

/** What the stream says about a message besides the message. Absent when it came by REST. */
export interface MessageMeta {
  participant: boolean;
  roomType: RoomType;
  roomName?: string;
}

export interface ChatRoom {
  id: string;
  type: RoomType;
  /** Absent for direct messages. */
  name?: string;
  /** Users of a direct message, ours included; 2 is one-to-one. */
  userCount: number;
  usernames?: string[];
  readOnly?: boolean;
  archived?: boolean;
  encrypted?: boolean;
}

/** One of our rooms, as `subscriptions.get` and `rooms.get` tell it. */
export interface ChatSubscription {
  roomId: string;
  type: RoomType;
  name?: string;
  updatedAt: number;
  /** When we came into the room, where the server tells it. */
  joinedAt?: number;
  /** Time of the room's last message, where the server tells it. */
  lastMessageAt?: number;
}

export interface ChatIdentity {
  userId: string;
  username: string;
  name?: string;
  roles: string[];
}

/** Public settings that shape what we send. */
export interface ChatLimits {
  /** `Message_MaxAllowedSize`, UTF-16 units. */
  maxMessageLength: number;
  /** `Message_AllowEditing` without a time block. */
  editingAllowed: boolean;
  threadsEnabled: boolean;
  /** `UI_Use_Real_Name`: the typing indicator must carry the display name. */
  useRealName: boolean;
  /** Days until the workspace takes no message any more, where it counts them; 0: it takes none. */
  readOnlyInDays?: number;
}

export interface OutgoingMessage {
  /** Chosen by us, so that a repeated post cannot double (functions/sendMessage.ts: an existing `_id` inserts nothing). */
  id: string;
  roomId: string;
  text: string;
  threadId?: string;
}

export interface SyncPage {
  /** Changed messages, oldest change first. */
  messages: ChatMessage[];
}
