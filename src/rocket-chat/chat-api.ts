import type {
  ChatIdentity,
  ChatLimits,
  ChatMessage,
  ChatRoom,
  ChatSubscription,
  OutgoingMessage,
  SyncPage,
} from './chat-types';

/**
 * The REST side of a Rocket.Chat server, as far as the assistant uses it. One logged-in account; a dead token is
 * renewed once by itself. Rejects with ChatError and nothing else.
 */
export abstract class ChatApi {
  /** Logs in (personal access token or password) and tells who we are. Idempotent. */
  abstract login(): Promise<ChatIdentity>;
  /** The account after {@link login}, also while a dead token is renewed; undefined before. */
  abstract get identity(): ChatIdentity | undefined;
  /** Token for the socket's resume login. */
  abstract socketToken(): Promise<string>;
  abstract serverVersion(): Promise<string>;
  abstract limits(): Promise<ChatLimits>;

  /** `chat.sendMessage` with our `_id` and `previewUrls: []`. Resolves with what the server stored. */
  abstract sendMessage(message: OutgoingMessage): Promise<ChatMessage>;
  /** `chat.update` with `previewUrls: []`. */
  abstract updateMessage(roomId: string, id: string, text: string): Promise<void>;
  /** `chat.getMessage`; undefined where it does not exist. Rejects with `forbidden` where it cannot be seen. */
  abstract getMessage(id: string): Promise<ChatMessage | undefined>;

  /** Rooms we are in whose subscription or last message changed at or after `since` (epoch ms); all without it. */
  abstract subscriptions(since?: number): Promise<ChatSubscription[]>;
  /** Every message of the room changed at or after `since` (epoch ms), `chat.syncMessages`; pages are followed. */
  abstract syncMessages(roomId: string, since: number): Promise<SyncPage>;
  /** `rooms.info`; undefined where there is none we can see. */
  abstract room(roomId: string): Promise<ChatRoom | undefined>;
  /** `id`, `#name` or `@user` (opens the direct message). Rejects with `room-not-found`. */
  abstract resolveRoom(target: string): Promise<ChatRoom>;
  /** The last `count` messages of a room, thread replies left out, oldest first. */
  abstract history(room: ChatRoom, count: number): Promise<ChatMessage[]>;
  /** The last `count` messages of a thread, its root included, oldest first. */
  abstract threadMessages(threadId: string, count: number): Promise<ChatMessage[]>;

  /** User ids holding a workspace role such as `admin` (`roles.getUsersInPublicRoles`). */
  abstract usersInPublicRole(role: string): Promise<string[]>;
  /** Owners and moderators of a channel or group: user ids (`channels.roles`, `groups.roles`). */
  abstract roomModerators(room: ChatRoom): Promise<string[]>;
  /** Joins a public channel. */
  abstract joinChannel(roomId: string): Promise<void>;
  /** Creates a private group, whose owner we are then. */
  abstract createGroup(name: string): Promise<ChatRoom>;
  /** Brings somebody into a private group that we own; one who is in it already stays in it. */
  abstract inviteToGroup(roomId: string, userId: string): Promise<void>;
}
