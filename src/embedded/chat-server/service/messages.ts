import { newId } from '../identifiers';
import type { ChatRecords } from '../records/chat-records';
import type { MessageDocument, RoomDocument, UserDocument } from '../records/documents';
import { Refusal } from '../refusal';
import { isObject } from '../is-object';
import type { ChatCore, Emit } from './chat-core';
import { parseMentions } from './mention-parser';
import { canAccess, may } from './permissions';
import { reference } from './room-documents';
import { announceToMembers, followThread } from './message-effects';

/** What a client may say about a message; anything else it sends along is kept, but never what the server owns. */
export interface MessageInput {
  _id?: string | null;
  rid?: string;
  msg?: string | null;
  tmid?: string | null;
  tshow?: boolean | null;
  ts?: Date;
  [extra: string]: unknown;
}

const SERVER_OWNED = new Set(
  '_id rid msg tmid tshow ts t u _updatedAt _hidden mentions channels urls md tcount tlm replies editedAt editedBy reactions starred pinned parseUrls'.split(
    ' ',
  ),
);
const MINUTE_MS = 60_000;

/** Sending, changing and removing messages. */
export class Messages {
  constructor(private readonly core: ChatCore) {}

  /**
   * @returns undefined when a message with that `_id` exists already: nothing is inserted.
   * @throws Refusal
   */
  async send(
    user: UserDocument,
    input: MessageInput,
    previewUrls?: string[],
  ): Promise<MessageDocument | undefined> {
    this.requireOpenWorkspace();
    this.checkInput(user, input);
    return this.core.change(async (records, emit) => {
      const parent = input.tmid ? await records.messages.byId(input.tmid) : undefined;
      const roomId = parent?.rid ?? input.rid;
      if (!roomId) throw new Refusal("The 'rid' property on the message object is missing.");
      const room = await this.writable(records, user, roomId);
      if (input._id && (await records.messages.byId(input._id))) return undefined;

      const now = this.core.now();
      const message: MessageDocument = {
        ...extrasOf(input),
        _id: input._id || newId(),
        rid: room._id,
        msg: input.msg ?? '',
        ts: this.timestamp(input.ts, now),
        u: reference(user),
        ...(input.tmid && { tmid: parent?.tmid ?? input.tmid }),
        ...(input.tshow && { tshow: true }),
        ...(await this.parsed(records, input.msg ?? '', previewUrls)),
        _updatedAt: now,
      };
      await records.messages.insert(message);
      await announceToMembers(records, emit, room, message, now);
      if (message.tmid) await followThread(records, emit, room, message, now);
      return message;
    });
  }

  /** An equal text changes nothing. @throws Refusal */
  async update(
    user: UserDocument,
    message: MessageDocument,
    change: { text: string; previewUrls?: string[]; customFields?: Record<string, unknown> },
  ): Promise<MessageDocument> {
    this.requireOpenWorkspace();
    this.checkLength(change.text);
    return this.core.change(async (records, emit) => {
      const original = (await records.messages.byId(message._id)) ?? message;
      const subscription = await records.rooms.subscription(original.rid, user._id);
      const own = original.u._id === user._id;
      if (!may(user, 'edit-message', subscription) && !(own && this.core.settings.allowEditing)) {
        throw Refusal.forbidden('error-action-not-allowed', 'Message editing not allowed');
      }
      const limit = this.core.settings.blockEditInMinutes;
      const age = this.core.now().getTime() - original.ts.getTime();
      if (limit > 0 && age >= limit * MINUTE_MS && !may(user, 'bypass-time-limit-edit-and-delete')) {
        throw Refusal.coded('error-message-editing-blocked', 'Message editing is blocked');
      }
      const room = await this.writable(records, user, original.rid);
      if (original.msg === change.text && !change.customFields) return original;
      const now = this.core.now();
      const { mentions: _mentions, channels: _channels, urls: _urls, ...rest } = original;
      const changed: MessageDocument = {
        ...rest,
        msg: change.text,
        ...(await this.parsed(records, change.text, change.previewUrls)),
        ...(change.customFields && { customFields: change.customFields }),
        editedAt: now,
        editedBy: { _id: user._id, username: user.username },
        _updatedAt: now,
      };
      await this.store(records, emit, room, changed);
      return changed;
    });
  }

  /** A thread's root stays behind as a stub; anything else is gone. @throws Refusal */
  async remove(user: UserDocument, message: MessageDocument): Promise<void> {
    await this.core.change(async (records, emit) => {
      const current = await records.messages.byId(message._id);
      const room = await records.rooms.byId(message.rid);
      const subscription = await records.rooms.subscription(message.rid, user._id);
      const allowed =
        may(user, 'delete-message', subscription) ||
        (message.u._id === user._id && may(user, 'delete-own-message', subscription));
      if (!current || !room || !allowed) throw Refusal.forbidden('error-action-not-allowed', 'Not allowed');
      const now = this.core.now();
      const memberIds = await records.rooms.memberIds(room._id);
      if ((current.tcount ?? 0) > 0) {
        const {
          mentions: _mentions,
          urls: _urls,
          attachments: _attachments,
          reactions: _reactions,
          ...rest
        } = current;
        const editedBy = { _id: user._id, username: user.username };
        await this.store(records, emit, room, {
          ...rest,
          msg: '',
          t: 'rm',
          editedAt: now,
          editedBy,
          _updatedAt: now,
        });
        return;
      }
      await records.messages.remove(current, now);
      emit({ kind: 'message-deleted', messageId: current._id, room, memberIds });
      const root = current.tmid ? await records.messages.byId(current.tmid) : undefined;
      if (root)
        await this.store(records, emit, room, { ...root, tcount: (root.tcount ?? 1) - 1, _updatedAt: now });
      room.msgs = Math.max(0, room.msgs - 1);
      room._updatedAt = now;
      if (room.lastMessage?._id === current._id) {
        const last = await records.messages.lastVisible(room._id);
        if (last) room.lastMessage = last;
        else delete room.lastMessage;
      }
      await records.rooms.save(room);
      emit({ kind: 'room', change: 'updated', room, userIds: memberIds });
    });
  }

  /** Without `wanted` the reaction is toggled. @throws Refusal */
  async react(user: UserDocument, message: MessageDocument, emoji: string, wanted?: boolean): Promise<void> {
    const name = `:${emoji.replaceAll(':', '')}:`;
    if (!/^:[\w+-]+:$/.test(name)) throw Refusal.forbidden('error-not-allowed', 'Invalid emoji provided.');
    await this.core.change(async (records, emit) => {
      const room = await this.writable(records, user, message.rid);
      const current = (await records.messages.byId(message._id)) ?? message;
      const usernames = current.reactions?.[name]?.usernames ?? [];
      const present = usernames.includes(user.username);
      if ((wanted ?? !present) === present) return;
      const { [name]: _replaced, ...others } = current.reactions ?? {};
      const remaining = usernames.filter((username) => username !== user.username);
      if (!present) remaining.push(user.username);
      const reactions = remaining.length > 0 ? { ...others, [name]: { usernames: remaining } } : others;
      const { reactions: _before, ...rest } = current;
      const changed = {
        ...rest,
        ...(Object.keys(reactions).length > 0 && { reactions }),
        _updatedAt: this.core.now(),
      };
      await this.store(records, emit, room, changed);
    });
  }

  /** The message, when `user` may see it; undefined when there is none. @throws Refusal */
  async visible(user: UserDocument, id: string): Promise<MessageDocument | undefined> {
    const { messages, rooms } = this.core.records;
    const message = await messages.byId(id);
    const room = message && (await rooms.byId(message.rid));
    if (!message || !room) return undefined;
    if (!canAccess(user, room, (await rooms.subscription(room._id, user._id)) !== undefined)) {
      throw Refusal.forbidden('error-not-allowed', 'Not allowed');
    }
    return message;
  }

  private checkInput(user: UserDocument, input: MessageInput): void {
    if (input.tshow && !input.tmid) throw Refusal.coded('invalid-params', 'tshow provided but missing tmid');
    if (input.tmid && !this.core.settings.threadsEnabled)
      throw Refusal.forbidden('error-not-allowed', 'not-allowed');
    this.checkLength(input.msg ?? '');
    const attachments = Array.isArray(input['attachments']) ? (input['attachments'] as unknown[]) : [];
    for (const attachment of attachments) {
      if (isObject(attachment) && typeof attachment['text'] === 'string')
        this.checkLength(attachment['text']);
    }
    if ((input['alias'] || input['avatar']) && !may(user, 'message-impersonate')) {
      throw new Refusal('Not enough permission', undefined, { permission: true });
    }
  }

  private checkLength(text: string): void {
    if (text.length <= this.core.settings.maxMessageLength) return;
    throw Refusal.coded('error-message-size-exceeded', 'Message size exceeds Message_MaxAllowedSize');
  }

  private timestamp(wished: Date | undefined, now: Date): Date {
    if (wished === undefined) return now;
    const skew = Math.abs(wished.getTime() - now.getTime());
    if (!(skew <= MINUTE_MS)) {
      throw Refusal.coded('error-message-ts-out-of-sync', 'Message timestamp is out of sync');
    }
    return skew > 10_000 ? now : wished;
  }

  /** A workspace that may not be used any more takes and changes no message. */
  private requireOpenWorkspace(): void {
    if (this.core.settings.readOnlyInDays === 0)
      throw new Refusal('restricted-workspace', 'restricted-workspace');
  }

  private async writable(records: ChatRecords, user: UserDocument, roomId: string): Promise<RoomDocument> {
    const room = await records.rooms.byId(roomId);
    if (!room) throw new Refusal('error-invalid-room');
    const subscription = await records.rooms.subscription(roomId, user._id);
    if (!canAccess(user, room, subscription !== undefined)) {
      throw new Refusal('error-not-allowed', undefined, { permission: true });
    }
    if (room.ro && !may(user, 'post-readonly', subscription)) {
      throw new Refusal("You can't send messages because the room is readonly.");
    }
    return room;
  }

  private async store(
    records: ChatRecords,
    emit: Emit,
    room: RoomDocument,
    message: MessageDocument,
  ): Promise<void> {
    await records.messages.save(message);
    const memberIds = await records.rooms.memberIds(room._id);
    emit({ kind: 'message', message, room, memberIds });
    if (room.lastMessage?._id !== message._id) return;
    room.lastMessage = message;
    room._updatedAt = message._updatedAt;
    await records.rooms.save(room);
    emit({ kind: 'room', change: 'updated', room, userIds: memberIds });
  }

  private async parsed(
    records: ChatRecords,
    text: string,
    previewUrls?: string[],
  ): Promise<Partial<MessageDocument>> {
    const found = parseMentions(text);
    const users = await Promise.all(found.usernames.map((name) => records.users.byUsername(name)));
    const rooms = await Promise.all(found.channels.map((name) => records.rooms.byName(name)));
    const mentions = [
      ...found.broadcasts.map((name) => ({ _id: name, username: name })),
      ...users.flatMap((user) => (user ? [{ ...reference(user), type: 'user' as const }] : [])),
    ];
    const channels = rooms.flatMap((room) => (room?.name ? [{ _id: room._id, name: room.name }] : []));
    const ignored = (url: string): boolean => previewUrls !== undefined && !previewUrls.includes(url);
    return {
      mentions,
      channels,
      urls: found.urls.map((url) => ({ url, meta: {}, ...(ignored(url) && { ignoreParse: true }) })),
    };
  }
}

function extrasOf(input: MessageInput): Record<string, unknown> {
  const extras = Object.entries(input).filter(([key, value]) => !SERVER_OWNED.has(key) && value != null);
  return Object.fromEntries(extras);
}
