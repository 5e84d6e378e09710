import { ChatApi } from '../../../../src/rocket-chat/chat-api';
import { ChatError, type ChatErrorKind } from '../../../../src/rocket-chat/chat-error';
import { ChatRealtime, type RealtimeListener } from '../../../../src/rocket-chat/chat-realtime';
import type {
  ChatIdentity,
  ChatLimits,
  ChatMessage,
  ChatRoom,
  ChatSubscription,
  OutgoingMessage,
  SyncPage,
} from '../../../../src/rocket-chat/chat-types';

export const BOT: ChatIdentity = { userId: 'bot-id', username: 'system-bot', roles: ['bot'] };

export interface FakePerson {
  id: string;
  username: string;
  /** Display name or alias: whatever the person likes to be called. */
  name?: string;
}

/** A workspace in memory: rooms, roles and every message in the order it was posted. */
export class FakeChat extends ChatApi {
  readonly rooms = new Map<string, ChatRoom>([
    ['GENERAL', { id: 'GENERAL', type: 'channel', name: 'general', userCount: 5 }],
  ]);
  readonly messages = new Map<string, ChatMessage>();
  /** Every state each message went through. */
  readonly versions: { id: string; text: string }[] = [];
  readonly roles = new Map<string, string[]>();
  readonly moderators = new Map<string, string[]>();
  /** Calls that fail with this kind, by method name; `*` for all. */
  readonly broken = new Map<string, ChatErrorKind | Error>();
  limit = 5_000;
  private clock = Date.now();
  private self?: ChatIdentity;

  get identity(): ChatIdentity | undefined {
    return this.self;
  }

  async login(): Promise<ChatIdentity> {
    this.fail('login');
    this.self = BOT;
    return BOT;
  }

  async socketToken(): Promise<string> {
    return 'token';
  }

  async serverVersion(): Promise<string> {
    return '8.0.0';
  }

  async limits(): Promise<ChatLimits> {
    this.fail('limits');
    return {
      maxMessageLength: this.limit,
      editingAllowed: true,
      threadsEnabled: true,
      useRealName: false,
    };
  }

  async sendMessage({ id, roomId, text, threadId }: OutgoingMessage): Promise<ChatMessage> {
    this.fail('sendMessage');
    if (text.length > this.limit) throw new ChatError('message-too-long', 'The message is too long');
    if (this.messages.has(id)) throw new ChatError('duplicate-id', 'the id exists');
    return this.put({ id, roomId, text, threadId, author: { id: BOT.userId, username: BOT.username } });
  }

  async updateMessage(_roomId: string, id: string, text: string): Promise<void> {
    this.fail('updateMessage');
    const message = this.messages.get(id);
    if (!message) throw new ChatError('message-not-found', 'no such message');
    message.text = text;
    this.versions.push({ id, text });
  }

  async getMessage(id: string): Promise<ChatMessage | undefined> {
    this.fail('getMessage');
    return this.messages.get(id);
  }

  async subscriptions(): Promise<ChatSubscription[]> {
    this.fail('subscriptions');
    return [];
  }

  async syncMessages(): Promise<SyncPage> {
    return { messages: [] };
  }

  async room(roomId: string): Promise<ChatRoom | undefined> {
    this.fail('room');
    return this.rooms.get(roomId);
  }

  async resolveRoom(target: string): Promise<ChatRoom> {
    this.fail('resolveRoom');
    const found = [...this.rooms.values()].find(({ id, name, type }) =>
      target.startsWith('#')
        ? name === target.slice(1)
        : target.startsWith('@')
          ? type === 'direct' && id === `direct-${target.slice(1)}`
          : id === target,
    );
    if (!found) throw new ChatError('room-not-found', `There is no room ${target}`);
    return found;
  }

  async history(room: ChatRoom): Promise<ChatMessage[]> {
    return [...this.messages.values()].filter(({ roomId, threadId }) => roomId === room.id && !threadId);
  }

  async threadMessages(threadId: string): Promise<ChatMessage[]> {
    return [...this.messages.values()].filter(
      (message) => message.id === threadId || message.threadId === threadId,
    );
  }

  async usersInPublicRole(role: string): Promise<string[]> {
    this.fail('usersInPublicRole');
    return this.roles.get(role) ?? [];
  }

  async roomModerators({ id }: ChatRoom): Promise<string[]> {
    this.fail('roomModerators');
    return this.moderators.get(id) ?? [];
  }

  async joinChannel(): Promise<void> {}

  async createGroup(name: string): Promise<ChatRoom> {
    this.fail('createGroup');
    const room: ChatRoom = { id: `group-${name}`, name, type: 'group', userCount: 1 };
    this.rooms.set(room.id, room);
    return room;
  }

  async inviteToGroup(): Promise<void> {}

  /** Opens the direct message between the assistant and a person. */
  direct({ username }: FakePerson): ChatRoom {
    const room: ChatRoom = { id: `direct-${username}`, type: 'direct', userCount: 2 };
    this.rooms.set(room.id, room);
    return room;
  }

  channel(name: string): ChatRoom {
    const room: ChatRoom = { id: `room-${name}`, type: 'channel', name, userCount: 5 };
    this.rooms.set(room.id, room);
    return room;
  }

  /** Stores a message; stamps grow by a millisecond at least. */
  put(message: Pick<ChatMessage, 'id' | 'roomId' | 'text' | 'author'> & Partial<ChatMessage>): ChatMessage {
    this.clock = Math.max(this.clock + 1, Date.now());
    const stored = { at: this.clock, updatedAt: this.clock, mentions: [], attachments: 0, ...message };
    this.messages.set(stored.id, stored);
    this.versions.push({ id: stored.id, text: stored.text });
    return stored;
  }

  private fail(method: string): void {
    const failure = this.broken.get(method) ?? this.broken.get('*');
    if (failure instanceof Error) throw failure;
    if (failure) throw new ChatError(failure, `${method} fails: ${failure}`);
  }
}

/** The socket to {@link FakeChat}: whatever is said goes straight to the listener. */
export class FakeRealtime extends ChatRealtime {
  private listener?: RealtimeListener;
  connected = false;

  start(listener: RealtimeListener): void {
    this.listener = listener;
    this.connected = true;
    listener.live(1);
  }

  async stop(): Promise<void> {
    this.connected = false;
  }

  reconnect(): void {}

  typing(): void {}

  deliver(message: ChatMessage, room: ChatRoom): void {
    this.listener?.message(message, { participant: true, roomType: room.type, roomName: room.name }, 1);
  }
}
