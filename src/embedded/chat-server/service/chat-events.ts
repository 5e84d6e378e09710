import type { MessageDocument, RoomDocument, SubscriptionDocument } from '../records/documents';

export type Change = 'inserted' | 'updated' | 'removed';

/** What has happened and is committed; the realtime side turns it into frames. */
export type ChatEvent =
  | { kind: 'message'; message: MessageDocument; room: RoomDocument; memberIds: string[] }
  | { kind: 'message-deleted'; messageId: string; room: RoomDocument; memberIds: string[] }
  | { kind: 'room'; change: Change; room: RoomDocument; userIds: string[] }
  | { kind: 'subscription'; change: Change; subscription: SubscriptionDocument }
  | { kind: 'ephemeral'; userId: string; roomId: string; text: string };

export type ChatEventListener = (event: ChatEvent) => void;
