import { ChatApi } from '../../../src/rocket-chat/chat-api';
import { ChatError } from '../../../src/rocket-chat/chat-error';
import type {
  ChatIdentity,
  ChatLimits,
  ChatMessage,
  ChatRoom,
  ChatSubscription,
  OutgoingMessage,
  SyncPage,
} from '../../../src/rocket-chat/chat-types';
import { MessageSync } from '../../../src/rocket-chat/message-sync';
import type { WireRecord } from '../../../src/rocket-chat/wire-values';
import type { Clock } from '../../../src/shared/clock';
import { ADMIN_GROUP, BOT, OPERATOR, type ChatServer } from './chat-server';
import type { ChatTrouble } from './chat-trouble';

export const SOCKET_TOKEN = 'canary-token-of-the-socket';

/**
 * The assistant's account on the simulated server, with the product's own reading of pages: the server pages by
 * `_updatedAt` with "greater than", so what shares the millisecond of a page's border is skipped unless it is asked for.
 */
export class ChatAccount extends ChatApi {
  private who: ChatIdentity | undefined;
  private readonly sync: MessageSync;

  constructor(
    private readonly server: ChatServer,
    private readonly trouble: ChatTrouble,
    private readonly clock: Clock,
    private readonly pageSize: number,
  ) {
    super();
    this.sync = new MessageSync(clock, (query) => this.call('syncMessages', () => this.page(query)));
  }

  get identity(): ChatIdentity | undefined {
    return this.who;
  }

  login(): Promise<ChatIdentity> {
    return this.call('login', () => {
      this.who = { userId: BOT.id, username: BOT.username, roles: ['bot'] };
      return this.who;
    });
  }

  socketToken(): Promise<string> {
    return this.call('socketToken', () => SOCKET_TOKEN);
  }

  serverVersion(): Promise<string> {
    return this.call('serverVersion', () => '8.0.0');
  }

  limits(): Promise<ChatLimits> {
    return this.call('limits', () => ({
      maxMessageLength: this.server.maxMessageLength,
      editingAllowed: true,
      threadsEnabled: true,
      useRealName: false,
    }));
  }

  sendMessage(message: OutgoingMessage): Promise<ChatMessage> {
    return this.call('sendMessage', () => this.server.writeAsBot(message));
  }

  updateMessage(roomId: string, id: string, text: string): Promise<void> {
    return this.call('updateMessage', () => this.server.editAsBot(roomId, id, text));
  }

  getMessage(id: string): Promise<ChatMessage | undefined> {
    return this.call('getMessage', () => this.server.messages.get(id));
  }

  subscriptions(since = 0): Promise<ChatSubscription[]> {
    return this.call('subscriptions', () => this.server.subscriptions(since));
  }

  syncMessages(roomId: string, since: number): Promise<SyncPage> {
    return this.sync.since(roomId, since);
  }

  room(roomId: string): Promise<ChatRoom | undefined> {
    return this.call('room', () => this.server.rooms.get(roomId));
  }

  resolveRoom(target: string): Promise<ChatRoom> {
    return this.call('resolveRoom', () => {
      const room = [...this.server.rooms.values()].find(
        ({ id, name }) => id === target || `#${name}` === target,
      );
      if (!room) throw new ChatError('room-not-found', `There is no room ${target}.`);
      return room;
    });
  }

  history(room: ChatRoom, count: number): Promise<ChatMessage[]> {
    return this.call('history', () =>
      this.server
        .in(room.id)
        .filter(({ threadId }) => threadId === undefined)
        .sort((a, b) => a.at - b.at)
        .slice(-count),
    );
  }

  threadMessages(threadId: string, count: number): Promise<ChatMessage[]> {
    return this.call('threadMessages', () =>
      [...this.server.messages.values()]
        .filter((message) => message.id === threadId || message.threadId === threadId)
        .sort((a, b) => a.at - b.at)
        .slice(-count),
    );
  }

  usersInPublicRole(role: string): Promise<string[]> {
    return this.call('usersInPublicRole', () => (role === 'admin' ? [OPERATOR] : []));
  }

  roomModerators({ id }: ChatRoom): Promise<string[]> {
    return this.call('roomModerators', () => [id === ADMIN_GROUP ? BOT.id : OPERATOR]);
  }

  joinChannel(): Promise<void> {
    return this.call('joinChannel', () => undefined);
  }

  createGroup(name: string): Promise<ChatRoom> {
    return this.call('createGroup', () => {
      if (this.server.rooms.has(ADMIN_GROUP))
        throw new ChatError('bad-request', `There is a #${name} already.`);
      const room: ChatRoom = { id: ADMIN_GROUP, type: 'group', name, userCount: 1 };
      this.server.addRoom(room);
      return room;
    });
  }

  inviteToGroup(roomId: string, userId: string): Promise<void> {
    return this.call('inviteToGroup', () => {
      if (roomId !== ADMIN_GROUP) throw new ChatError('forbidden', 'Not your room.');
      this.server.guests.add(userId);
    });
  }

  private page({ roomId, next, lastUpdate }: Readonly<Record<string, string | number>>): WireRecord {
    const after = next === undefined ? Date.parse(String(lastUpdate)) : Number(next);
    const changed = this.server
      .in(String(roomId))
      .filter(({ updatedAt }) => updatedAt > after)
      .sort((a, b) => a.updatedAt - b.updatedAt);
    if (next === undefined) return { updated: changed.reverse().map(toWire) };
    const rows = changed.slice(0, this.pageSize);
    const last = rows.at(-1)?.updatedAt;
    return {
      updated: rows.map(toWire),
      cursor: { next: changed.length > rows.length && last !== undefined ? String(last) : null },
    };
  }

  private async call<T>(method: string, work: () => T): Promise<T> {
    const { thereMs, backMs, refused, lost } = this.trouble.fate(method);
    await this.clock.sleep(thereMs);
    if (refused) throw refused;
    const result = work();
    await this.clock.sleep(backMs);
    if (lost) throw lost;
    return result;
  }
}

/** As the server's JSON has it. */
function toWire(message: ChatMessage): WireRecord {
  const { id, roomId, text, author, at, updatedAt, threadId, systemType, editedAt, mentions } = message;
  return {
    _id: id,
    rid: roomId,
    msg: text,
    u: { _id: author.id, username: author.username },
    ts: new Date(at).toISOString(),
    _updatedAt: new Date(updatedAt).toISOString(),
    tmid: threadId,
    t: systemType,
    editedAt: editedAt === undefined ? undefined : new Date(editedAt).toISOString(),
    mentions: mentions.map((mention) => ({ _id: mention.id, username: mention.username })),
  };
}
