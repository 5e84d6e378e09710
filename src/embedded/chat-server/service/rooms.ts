import { newId } from '../identifiers';
import type { ChatRecords } from '../records/chat-records';
import type { MessageDocument, RoomDocument, SubscriptionDocument, UserDocument } from '../records/documents';
import { Refusal } from '../refusal';
import type { ChatCore, Emit } from './chat-core';
import { canAccess, may } from './permissions';
import { reference, subscriptionFor } from './room-documents';

export interface NewRoom {
  kind: 'c' | 'p';
  name: string;
  members: string[];
  readOnly?: boolean;
  topic?: string;
  encrypted?: boolean;
  isDefault?: boolean;
  customFields?: Record<string, unknown>;
}

/** Rooms and who is in them. */
export class Rooms {
  constructor(private readonly core: ChatCore) {}

  async create(creator: UserDocument, input: NewRoom): Promise<RoomDocument> {
    if (!may(creator, input.kind === 'c' ? 'create-c' : 'create-p')) {
      throw Refusal.forbidden('unauthorized', 'User does not have the permissions required for this action');
    }
    if (!/^[\w.-]{1,120}$/.test(input.name)) {
      throw Refusal.coded('error-invalid-room-name', `${input.name} is not a valid room name.`, {
        channel_name: input.name,
      });
    }
    return this.core.change(async (records, emit) => {
      if (await records.rooms.byName(input.name)) {
        throw Refusal.coded('error-duplicate-channel-name', `A channel with name '${input.name}' exists`, {
          channel_name: input.name,
        });
      }
      const now = this.core.now();
      const room: RoomDocument = {
        _id: newId(),
        t: input.kind,
        name: input.name,
        fname: input.name,
        ...(input.topic && { topic: input.topic }),
        ...(input.encrypted && { encrypted: true }),
        ...(input.isDefault && { default: true }),
        ...(input.customFields && { customFields: input.customFields }),
        ro: input.readOnly ?? false,
        sysMes: true,
        msgs: 0,
        usersCount: 0,
        u: reference(creator),
        ts: now,
        _updatedAt: now,
      };
      await records.rooms.insert(room);
      await this.addMember(records, emit, room, creator, ['owner']);
      for (const username of new Set(input.members)) {
        const member = await records.users.byUsername(username);
        if (member && member._id !== creator._id) await this.addMember(records, emit, room, member);
      }
      return room;
    });
  }

  /** The direct message between these people; the same one each time. */
  async direct(caller: UserDocument, usernames: string[], excludeSelf = false): Promise<RoomDocument> {
    if (!may(caller, 'create-d')) throw Refusal.forbidden('error-not-allowed', 'Not allowed');
    return this.core.change(async (records, emit) => {
      const members = excludeSelf ? [] : [caller];
      for (const username of new Set(usernames)) {
        const user = await records.users.byUsername(username);
        if (!user) throw Refusal.coded('error-invalid-user', 'Invalid user');
        if (!members.some((member) => member._id === user._id)) members.push(user);
      }
      const uids = members.map((member) => member._id).sort();
      const id = uids.length <= 2 ? `${uids[0]}${uids.at(-1)}` : `group-${uids.join('.')}`;
      const found = await records.rooms.byId(id);
      if (found) return found;
      const now = this.core.now();
      const room: RoomDocument = {
        _id: id,
        t: 'd',
        uids,
        usernames: members.map((member) => member.username),
        sysMes: true,
        msgs: 0,
        usersCount: 0,
        u: reference(caller),
        ts: now,
        _updatedAt: now,
      };
      await records.rooms.insert(room);
      for (const member of members) await this.addMember(records, emit, room, member, undefined, members);
      return room;
    });
  }

  /** Joins a public channel; a member already is no error. Others see a system message. */
  join(user: UserDocument, room: RoomDocument): Promise<RoomDocument> {
    if (room.t !== 'c') throw Refusal.forbidden('error-not-allowed', 'Not allowed');
    return this.admit(user, room);
  }

  /** The same for whoever is let into a room that not everybody may join. */
  admit(user: UserDocument, room: RoomDocument): Promise<RoomDocument> {
    return this.core.change(async (records, emit) => {
      const current = (await records.rooms.byId(room._id)) ?? room;
      if (await records.rooms.subscription(room._id, user._id)) return current;
      await this.addMember(records, emit, current, user);
      await this.say(records, emit, current, user, 'uj', user.username);
      return current;
    });
  }

  invite(caller: UserDocument, room: RoomDocument, guests: UserDocument[]): Promise<RoomDocument> {
    return this.core.change(async (records, emit) => {
      const own = await records.rooms.subscription(room._id, caller._id);
      const anywhere = room.t === 'c' && may(caller, 'add-user-to-any-c-room');
      if (!anywhere && !(own && may(caller, 'add-user-to-joined-room', own))) {
        throw Refusal.forbidden('error-not-allowed', 'Not allowed');
      }
      const current = (await records.rooms.byId(room._id)) ?? room;
      for (const guest of guests) {
        if (await records.rooms.subscription(room._id, guest._id)) continue;
        await this.addMember(records, emit, current, guest);
        await this.say(records, emit, current, caller, 'au', guest.username);
      }
      return current;
    });
  }

  /** Leaves, or is removed by `by`. */
  leave(user: UserDocument, room: RoomDocument, by?: UserDocument): Promise<void> {
    return this.core.change(async (records, emit) => {
      const subscription = await records.rooms.subscription(room._id, user._id);
      if (!subscription) throw Refusal.coded('error-user-not-in-room', 'You are not in this room');
      if (by && !may(by, 'remove-user', await records.rooms.subscription(room._id, by._id))) {
        throw Refusal.forbidden('error-not-allowed', 'Not allowed');
      }
      const current = (await records.rooms.byId(room._id)) ?? room;
      if (by) await this.say(records, emit, current, by, 'ru', user.username);
      else await this.say(records, emit, current, user, 'ul', user.username);
      await records.rooms.removeSubscription(subscription, this.core.now());
      current.usersCount -= 1;
      current._updatedAt = this.core.now();
      await records.rooms.save(current);
      emit({ kind: 'subscription', change: 'removed', subscription });
      emit({ kind: 'room', change: 'removed', room: current, userIds: [user._id] });
    });
  }

  setRole(
    caller: UserDocument,
    room: RoomDocument,
    target: UserDocument,
    role: 'owner' | 'moderator',
    held: boolean,
  ) {
    return this.core.change(async (records, emit) => {
      const own = await records.rooms.subscription(room._id, caller._id);
      if (!may(caller, role === 'owner' ? 'set-owner' : 'set-moderator', own)) {
        throw Refusal.forbidden('error-not-allowed', 'Not allowed');
      }
      const subscription = await records.rooms.subscription(room._id, target._id);
      if (!subscription) throw Refusal.coded('error-user-not-in-room', 'User is not in this room');
      const roles = (subscription.roles ?? []).filter((name) => name !== role);
      if (held === (subscription.roles ?? []).includes(role)) {
        throw Refusal.coded(
          held ? `error-user-already-${role}` : `error-user-not-${role}`,
          `User ${held ? 'already' : 'not'} ${role}`,
        );
      }
      if (held) roles.push(role);
      const changed: SubscriptionDocument = { ...subscription, roles, _updatedAt: this.core.now() };
      await records.rooms.saveSubscription(changed);
      emit({ kind: 'subscription', change: 'updated', subscription: changed });
    });
  }

  markRead(user: UserDocument, roomId: string): Promise<void> {
    return this.core.change(async (records, emit) => {
      const subscription = await records.rooms.subscription(roomId, user._id);
      if (!subscription) throw Refusal.coded('error-invalid-subscription', 'Invalid subscription');
      const now = this.core.now();
      const read = {
        ...subscription,
        open: true,
        alert: false,
        unread: 0,
        userMentions: 0,
        groupMentions: 0,
      };
      const changed: SubscriptionDocument = { ...read, ls: now, _updatedAt: now };
      await records.rooms.saveSubscription(changed);
      emit({ kind: 'subscription', change: 'updated', subscription: changed });
    });
  }

  /** The room, when `user` may see it. @throws Refusal otherwise. */
  async visible(user: UserDocument, by: { roomId?: string; roomName?: string }): Promise<RoomDocument> {
    const { rooms } = this.core.records;
    const room =
      by.roomId !== undefined
        ? await rooms.byId(by.roomId)
        : await rooms.byName(by.roomName?.replace(/^#/, '') ?? '');
    if (!room) {
      throw Refusal.coded(
        'error-room-not-found',
        'The required "roomId" or "roomName" param provided does not match any channel',
      );
    }
    if (!canAccess(user, room, (await rooms.subscription(room._id, user._id)) !== undefined)) {
      throw Refusal.forbidden('error-not-allowed', 'Not Allowed');
    }
    return room;
  }

  private async addMember(
    records: ChatRecords,
    emit: Emit,
    room: RoomDocument,
    user: UserDocument,
    roles?: string[],
    everybody?: UserDocument[],
  ): Promise<void> {
    const subscription = subscriptionFor(room, user, this.core.now(), roles, everybody);
    await records.rooms.insertSubscription(subscription);
    room.usersCount += 1;
    room._updatedAt = this.core.now();
    await records.rooms.save(room);
    emit({ kind: 'subscription', change: 'inserted', subscription });
    emit({ kind: 'room', change: 'inserted', room: { ...room }, userIds: [user._id] });
  }

  private async say(
    records: ChatRecords,
    emit: Emit,
    room: RoomDocument,
    author: UserDocument,
    type: string,
    text: string,
  ): Promise<void> {
    const now = this.core.now();
    const message: MessageDocument = {
      _id: newId(),
      rid: room._id,
      t: type,
      msg: text,
      ts: now,
      u: reference(author),
      groupable: false,
      _updatedAt: now,
    };
    await records.messages.insert(message);
    room.msgs += 1;
    room._updatedAt = now;
    await records.rooms.save(room);
    const memberIds = await records.rooms.memberIds(room._id);
    emit({ kind: 'message', message, room: { ...room }, memberIds });
    emit({ kind: 'room', change: 'updated', room: { ...room }, userIds: memberIds });
  }
}
