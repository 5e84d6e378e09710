import { ChatApi } from '../../../src/rocket-chat/chat-api';
import { ChatError, type ChatErrorKind } from '../../../src/rocket-chat/chat-error';
import type {
  ChatIdentity,
  ChatLimits,
  ChatMessage,
  ChatRoom,
  ChatSubscription,
  OutgoingMessage,
  RoomType,
  SyncPage,
} from '../../../src/rocket-chat/chat-types';
import type { Clock } from '../../../src/shared/clock';

type Method =
  | 'login'
  | 'limits'
  | 'sendMessage'
  | 'updateMessage'
  | 'getMessage'
  | 'subscriptions'
  | 'syncMessages'
  | 'room'
  | 'resolveRoom'
  | 'history'
  | 'threadMessages'
  | 'usersInPublicRole'
  | 'roomModerators'
  | 'createGroup'
  | 'inviteToGroup';

/** What goes wrong with a call. `after`: it was done all the same, only the reply is lost. */
interface Fault {
  kind: ChatErrorKind;
  after: boolean;
  retryAfterMs?: number;
  roomId?: string;
}

const SELF: ChatIdentity = { userId: 'bot', username: 'system-bot', roles: ['bot'] };

/**
 * A Rocket.Chat server's REST side in memory: an `_id` that exists inserts nothing and is an error, a reply may be lost
 * after the message was stored, edits move `_updatedAt`, and a sync returns what changed after the given stamp.
 */
export class FakeChatApi extends ChatApi {
  readonly messages = new Map<string, ChatMessage>();
  readonly rooms = new Map<string, ChatRoom>();
  readonly roles = new Map<string, string[]>();
  readonly moderators = new Map<string, string[]>();
  /** Every invitation, as `room: user`. */
  readonly invitations: string[] = [];
  /** Every text a message ever had, by id. */
  readonly versions = new Map<string, { text: string; at: number }[]>();
  readonly calls: { method: Method; of?: string }[] = [];
  serverLimits: ChatLimits = {
    maxMessageLength: 5_000,
    editingAllowed: true,
    threadsEnabled: true,
    useRealName: false,
  };
  private readonly faults = new Map<Method, Fault[]>();
  private count = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  readonly identity = SELF;

  addRoom(id: string, type: RoomType = 'direct', rest: Partial<ChatRoom> = {}): ChatRoom {
    const room: ChatRoom = { id, type, userCount: 2, ...rest };
    this.rooms.set(id, room);
    return room;
  }

  /** The next `times` calls of `method` go wrong. */
  fail(method: Method, kind: ChatErrorKind, rest: Partial<Fault> & { times?: number } = {}): void {
    const { times = 1, ...fault } = rest;
    const list = this.faults.get(method) ?? [];
    this.faults.set(method, list);
    for (let each = 0; each < times; each++) list.push({ kind, after: false, ...fault });
  }

  heal(): void {
    this.faults.clear();
  }

  /** Somebody writes. */
  post(roomId: string, text: string, rest: Partial<ChatMessage> = {}): ChatMessage {
    const message: ChatMessage = {
      id: `m${++this.count}`,
      roomId,
      text,
      author: { id: 'ann', username: 'ann' },
      at: this.clock.now(),
      updatedAt: this.clock.now(),
      mentions: [],
      attachments: 0,
      ...rest,
    };
    this.store(message);
    return message;
  }

  textsIn(roomId: string, authorId = SELF.userId): string[] {
    return [...this.messages.values()]
      .filter((message) => message.roomId === roomId && message.author.id === authorId)
      .map(({ text }) => text);
  }

  asked(method: Method): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  async login(): Promise<ChatIdentity> {
    return this.call('login', undefined, () => SELF);
  }

  async socketToken(): Promise<string> {
    return 'token';
  }

  async serverVersion(): Promise<string> {
    return '8.0.0';
  }

  async limits(): Promise<ChatLimits> {
    return this.call('limits', undefined, () => this.serverLimits);
  }

  async sendMessage({ id, roomId, text, threadId }: OutgoingMessage): Promise<ChatMessage> {
    return this.call('sendMessage', roomId, () => {
      if (this.messages.has(id)) throw new ChatError('duplicate-id', `The id ${id} exists.`);
      if (text.length > this.serverLimits.maxMessageLength)
        throw new ChatError('message-too-long', 'Message size exceeds Message_MaxAllowedSize');
      const author = { id: SELF.userId, username: SELF.username };
      return this.post(roomId, text, { id, author, ...(threadId ? { threadId } : {}) });
    });
  }

  async updateMessage(roomId: string, id: string, text: string): Promise<void> {
    await this.call('updateMessage', roomId, () => {
      const message = this.messages.get(id);
      if (message?.roomId !== roomId) throw new ChatError('message-not-found', `There is no message ${id}.`);
      if (message.author.id !== SELF.userId) throw new ChatError('forbidden', 'Not your message.');
      const now = this.clock.now();
      this.store({ ...message, text, editedAt: now, updatedAt: now });
    });
  }

  async getMessage(id: string): Promise<ChatMessage | undefined> {
    return this.call('getMessage', this.messages.get(id)?.roomId, () => this.messages.get(id));
  }

  async subscriptions(since = 0): Promise<ChatSubscription[]> {
    return this.call('subscriptions', undefined, () =>
      [...this.rooms.values()].flatMap(({ id, type }) => {
        const stamps = [...this.messages.values()].filter(({ roomId }) => roomId === id);
        const lastMessageAt = Math.max(0, ...stamps.map(({ at }) => at));
        const updatedAt = Math.max(0, ...stamps.map((message) => message.updatedAt));
        return updatedAt >= since ? [{ roomId: id, type, updatedAt, lastMessageAt }] : [];
      }),
    );
  }

  async syncMessages(roomId: string, since: number): Promise<SyncPage> {
    return this.call('syncMessages', roomId, () => ({
      messages: [...this.messages.values()]
        .filter((message) => message.roomId === roomId && message.updatedAt > since)
        .sort((a, b) => a.updatedAt - b.updatedAt),
    }));
  }

  async room(roomId: string): Promise<ChatRoom | undefined> {
    return this.call('room', roomId, () => this.rooms.get(roomId));
  }

  async resolveRoom(target: string): Promise<ChatRoom> {
    return this.call('resolveRoom', target, () => {
      const room = [...this.rooms.values()].find(({ id, name }) => id === target || `#${name}` === target);
      if (!room) throw new ChatError('room-not-found', `There is no room ${target}.`);
      return room;
    });
  }

  async history(room: ChatRoom, count: number): Promise<ChatMessage[]> {
    return this.call('history', room.id, () =>
      [...this.messages.values()]
        .filter(({ roomId, threadId }) => roomId === room.id && threadId === undefined)
        .sort((a, b) => a.at - b.at)
        .slice(-count),
    );
  }

  async threadMessages(threadId: string, count: number): Promise<ChatMessage[]> {
    return this.call('threadMessages', threadId, () =>
      [...this.messages.values()]
        .filter((message) => message.id === threadId || message.threadId === threadId)
        .sort((a, b) => a.at - b.at)
        .slice(-count),
    );
  }

  async usersInPublicRole(role: string): Promise<string[]> {
    return this.call('usersInPublicRole', role, () => this.roles.get(role) ?? []);
  }

  async roomModerators(room: ChatRoom): Promise<string[]> {
    return this.call('roomModerators', room.id, () => this.moderators.get(room.id) ?? []);
  }

  async joinChannel(): Promise<void> {
    return undefined;
  }

  async createGroup(name: string): Promise<ChatRoom> {
    return this.call('createGroup', name, () => {
      if ([...this.rooms.values()].some((room) => room.name === name))
        throw new ChatError('bad-request', `A channel with name '${name}' exists`);
      this.moderators.set(`group-${name}`, [SELF.userId]);
      return this.addRoom(`group-${name}`, 'group', { name, userCount: 1 });
    });
  }

  async inviteToGroup(roomId: string, userId: string): Promise<void> {
    await this.call('inviteToGroup', userId, () => this.invitations.push(`${roomId}: ${userId}`));
  }

  private store(message: ChatMessage): void {
    this.messages.set(message.id, message);
    const versions = this.versions.get(message.id) ?? [];
    this.versions.set(message.id, versions);
    versions.push({ text: message.text, at: this.clock.monotonic() });
  }

  private async call<T>(method: Method, of: string | undefined, work: () => T): Promise<T> {
    this.calls.push({ method, of });
    const list = this.faults.get(method) ?? [];
    const index = list.findIndex(({ roomId }) => roomId === undefined || roomId === of);
    const [fault] = index < 0 ? [] : list.splice(index, 1);
    await this.clock.sleep(5);
    const error =
      fault && new ChatError(fault.kind, `scripted ${fault.kind}`, { retryAfterMs: fault.retryAfterMs });
    if (error && !fault.after) throw error;
    const result = work();
    if (error) throw error;
    return result;
  }
}
