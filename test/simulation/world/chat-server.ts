import { ChatError } from '../../../src/rocket-chat/chat-error';
import type {
  ChatMessage,
  ChatRoom,
  ChatSubscription,
  OutgoingMessage,
} from '../../../src/rocket-chat/chat-types';
import type { Clock } from '../../../src/shared/clock';

export const BOT = { id: 'bot', username: 'system-bot' };
export type Person = 'ann' | 'ben' | 'cyn' | 'dan';
export const PEOPLE: readonly Person[] = ['ann', 'ben', 'cyn', 'dan'];
/** The only one who may switch cores. */
export const OPERATOR: Person = 'dan';
/** The room that the assistant makes for alerts. */
export const ADMIN_GROUP = 'admins';

export interface ServerWatcher {
  /** The assistant's message appeared or changed; `before` is undefined for a new one. */
  botWrote(message: ChatMessage, before: ChatMessage | undefined): void;
}

/**
 * A Rocket.Chat server's truth: rooms and messages. An `_id` that exists inserts nothing; every change of a message moves
 * its `_updatedAt` and goes out on the stream; only new messages move their room's stamp.
 */
export class ChatServer {
  readonly messages = new Map<string, ChatMessage>();
  readonly rooms = new Map<string, ChatRoom>();
  /** When the assistant came into the room. */
  readonly joined = new Map<string, number>();
  /** Who was invited to {@link ADMIN_GROUP}. */
  readonly guests = new Set<string>();
  private readonly stamps = new Map<string, { updatedAt: number; lastMessageAt: number }>();
  private readonly sockets = new Set<(message: ChatMessage) => void>();
  private readonly roomSockets = new Set<(roomId: string) => void>();
  private count = 0;

  constructor(
    private readonly clock: Clock,
    readonly maxMessageLength: number,
    private readonly watcher: ServerWatcher,
    /** What the instance that takes the next message is behind by. */
    private readonly lag: (room: ChatRoom | undefined) => number = () => 0,
  ) {
    this.addRoom({ id: 'general', type: 'channel', name: 'general', userCount: 5 });
    this.addRoom({ id: 'team', type: 'group', name: 'team', userCount: 5 });
    for (const person of PEOPLE.slice(0, 3)) this.addRoom(directRoom(person));
  }

  addRoom(room: ChatRoom): void {
    if (this.rooms.has(room.id)) return;
    const now = this.clock.now();
    this.rooms.set(room.id, room);
    this.joined.set(room.id, now);
    this.stamps.set(room.id, { updatedAt: now, lastMessageAt: 0 });
    for (const tell of this.roomSockets) tell(room.id);
  }

  /** Somebody writes; `@bot` at the beginning is a mention. */
  write(roomId: string, author: Person, text: string, threadId?: string): ChatMessage {
    return this.insert(`m${++this.count}`, roomId, { id: author, username: author }, text, threadId);
  }

  /** The assistant writes. @throws ChatError duplicate-id, message-too-long, room-not-found */
  writeAsBot({ id, roomId, text, threadId }: OutgoingMessage): ChatMessage {
    if (this.messages.has(id)) throw new ChatError('duplicate-id', `The id ${id} exists.`);
    this.requireLength(text);
    if (!this.rooms.has(roomId)) throw new ChatError('room-not-found', `There is no room ${roomId}.`);
    const message = this.insert(id, roomId, BOT, text, threadId);
    this.watcher.botWrote(message, undefined);
    return message;
  }

  /** Somebody who should not know the id posts under it. */
  squat(id: string, roomId: string, author: Person, text: string): ChatMessage | undefined {
    if (this.messages.has(id)) return undefined;
    return this.insert(id, roomId, { id: author, username: author }, text);
  }

  /** @throws ChatError message-not-found, forbidden, message-too-long */
  editAsBot(roomId: string, id: string, text: string): void {
    const before = this.messages.get(id);
    if (before?.roomId !== roomId) throw new ChatError('message-not-found', `There is no message ${id}.`);
    if (before.author.id !== BOT.id) throw new ChatError('forbidden', 'Not your message.');
    this.requireLength(text);
    this.watcher.botWrote(this.change(before, { text, editedAt: this.clock.now() }), before);
  }

  edit(id: string, text: string): void {
    const message = this.messages.get(id);
    if (message) this.change(message, { text, editedAt: this.clock.now() });
  }

  /** With status: a system message stays in its place. Without: it is gone, and the stream of messages says nothing. */
  delete(id: string, withStatus: boolean): void {
    const message = this.messages.get(id);
    if (!message) return;
    if (withStatus) this.change(message, { text: '', systemType: 'rm', editedAt: this.clock.now() });
    else this.messages.delete(id);
  }

  /** A reaction, a preview, a reply count: the message comes again and is no other. */
  react(id: string): void {
    const message = this.messages.get(id);
    if (message) this.change(message, {});
  }

  subscriptions(since: number): ChatSubscription[] {
    return [...this.rooms.values()].flatMap(({ id, type, name }) => {
      const stamps = this.stamps.get(id);
      if (!stamps || stamps.updatedAt < since) return [];
      const { updatedAt, lastMessageAt } = stamps;
      return [{ roomId: id, type, name, updatedAt, lastMessageAt, joinedAt: this.joined.get(id) }];
    });
  }

  /** Of one room, oldest first. */
  in(roomId: string): ChatMessage[] {
    return [...this.messages.values()].filter((message) => message.roomId === roomId);
  }

  byBot(): ChatMessage[] {
    return [...this.messages.values()].filter(({ author }) => author.id === BOT.id);
  }

  /** A socket is open. @returns what closes it. */
  connect(onMessage: (message: ChatMessage) => void, onRoom: (roomId: string) => void): () => void {
    this.sockets.add(onMessage);
    this.roomSockets.add(onRoom);
    return () => {
      this.sockets.delete(onMessage);
      this.roomSockets.delete(onRoom);
    };
  }

  private insert(
    id: string,
    roomId: string,
    author: { id: string; username: string },
    text: string,
    threadId?: string,
  ): ChatMessage {
    const now = this.clock.now() - this.lag(this.rooms.get(roomId));
    const mentions = text.startsWith(`@${BOT.username}`) ? [BOT] : [];
    const message: ChatMessage = {
      id,
      roomId,
      text,
      author,
      at: now,
      updatedAt: now,
      mentions,
      attachments: 0,
      ...(threadId === undefined ? {} : { threadId }),
    };
    this.stamps.set(roomId, { updatedAt: now, lastMessageAt: now });
    this.publish(message);
    const root = threadId === undefined ? undefined : this.messages.get(threadId);
    // The count of replies changes the message the thread hangs on.
    if (root) this.change(root, {});
    return message;
  }

  private change(message: ChatMessage, changes: Partial<ChatMessage>): ChatMessage {
    const changed = { ...message, ...changes, updatedAt: this.clock.now() };
    this.publish(changed);
    return changed;
  }

  private publish(message: ChatMessage): void {
    this.messages.set(message.id, message);
    for (const tell of [...this.sockets]) tell(message);
  }

  private requireLength(text: string): void {
    if (text.length > this.maxMessageLength)
      throw new ChatError('message-too-long', 'Message size exceeds Message_MaxAllowedSize');
  }
}

export function directRoom(person: Person): ChatRoom {
  return { id: `dm-${person}`, type: 'direct', userCount: 2 };
}
