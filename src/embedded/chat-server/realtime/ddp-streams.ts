import { newId } from '../identifiers';
import { Refusal } from '../refusal';
import { isObject } from '../is-object';
import type { ChatCore } from '../service/chat-core';
import type { ChatEvent } from '../service/chat-events';
import { canAccess, may } from '../service/permissions';
import type { DdpConnection, DdpSubscription } from './ddp-connection';

const ALL_MY_MESSAGES = '__my_messages__';
const ROOM_EVENTS = ['user-activity', 'typing', 'deleteMessage', 'deleteMessageBulk'];

/** The streams of the realtime side: who may listen to what, and what events become. */
export class DdpStreams {
  private readonly connections = new Set<DdpConnection>();

  constructor(private readonly core: ChatCore) {}

  add(connection: DdpConnection): void {
    this.connections.add(connection);
  }

  remove(connection: DdpConnection): void {
    this.connections.delete(connection);
  }

  each(task: (connection: DdpConnection) => void): void {
    for (const connection of [...this.connections]) task(connection);
  }

  /** @throws Refusal */
  async check(connection: DdpConnection, { name, params }: DdpSubscription): Promise<void> {
    const key = typeof params[0] === 'string' ? params[0] : '';
    const refused = new Refusal('not-allowed [not-allowed]', 'not-allowed');
    const user = connection.caller?.user;
    switch (name) {
      case 'stream-room-messages':
        if (!user || !key || (key !== ALL_MY_MESSAGES && !(await this.mayRead(user._id, key)))) throw refused;
        return;
      case 'stream-notify-user':
        if (!user || !key.startsWith(`${user._id}/`)) throw refused;
        return;
      case 'stream-notify-room': {
        const [roomId = '', event = ''] = key.split('/');
        if (!user || !ROOM_EVENTS.includes(event) || !(await this.mayRead(user._id, roomId))) throw refused;
        return;
      }
      default:
        throw new Refusal(`Subscription '${name}' not found`, undefined, { status: 404 });
    }
  }

  publish(event: ChatEvent): void {
    switch (event.kind) {
      case 'message':
        this.publishMessage(event);
        return;
      case 'message-deleted': {
        const { room, memberIds } = event;
        const heard = (connection: DdpConnection): boolean => this.hears(connection, room.t, memberIds);
        this.emit('stream-notify-room', `${room._id}/deleteMessage`, [{ _id: event.messageId }], heard);
        return;
      }
      case 'room':
        for (const id of event.userIds) {
          this.emit('stream-notify-user', `${id}/rooms-changed`, [event.change, event.room]);
        }
        return;
      case 'subscription': {
        const { change, subscription } = event;
        const { _id, rid, u, t } = subscription;
        const told = change === 'removed' ? { _id, rid, u, t } : subscription;
        this.emit('stream-notify-user', `${u._id}/subscriptions-changed`, [change, told]);
        if (change === 'removed') this.cutOff(u._id, rid);
        return;
      }
      case 'ephemeral': {
        const u = { _id: 'rocket.cat', username: 'rocket.cat' };
        const { userId, roomId: rid, text: msg } = event;
        const message = { _id: newId(), rid, ts: this.core.now(), u, private: true, groupable: false, msg };
        this.emit('stream-notify-user', `${userId}/message`, [message]);
        return;
      }
    }
  }

  /** A client writes to a room's stream: only typing and the like, and only under its own name; else ignored. */
  async relay(connection: DdpConnection, params: unknown[]): Promise<void> {
    const [key, name, activities, extra] = params;
    const user = connection.caller?.user;
    if (!user || typeof key !== 'string') return;
    const [roomId = '', event = ''] = key.split('/');
    const ownName = this.core.settings.useRealName ? user.name : user.username;
    if (event !== 'user-activity' || name !== ownName || !Array.isArray(activities)) return;
    if (!(await this.core.records.rooms.subscription(roomId, user._id))) return;
    const args = [name, activities, ...(isObject(extra) ? [extra] : [{}])];
    this.emit('stream-notify-room', key, args, (other) => other !== connection);
  }

  private publishMessage({ message, room, memberIds }: ChatEvent & { kind: 'message' }): void {
    const args = (connection: DdpConnection): unknown[] => [
      message,
      {
        roomParticipant: memberIds.includes(connection.caller?.user._id ?? ''),
        roomType: room.t,
        ...(room.name && { roomName: room.name }),
      },
    ];
    for (const connection of this.connections) {
      if (!this.hears(connection, room.t, memberIds)) continue;
      this.deliver(connection, 'stream-room-messages', ALL_MY_MESSAGES, args(connection));
      this.deliver(connection, 'stream-room-messages', room._id, [message]);
    }
  }

  private hears(connection: DdpConnection, kind: string, memberIds: string[]): boolean {
    const user = connection.caller?.user;
    if (!user) return false;
    return memberIds.includes(user._id) || (kind === 'c' && may(user, 'view-c-room'));
  }

  private emit(
    stream: string,
    key: string,
    args: unknown[],
    heard: (connection: DdpConnection) => boolean = () => true,
  ): void {
    for (const connection of this.connections) {
      if (heard(connection)) this.deliver(connection, stream, key, args);
    }
  }

  private deliver(connection: DdpConnection, stream: string, key: string, args: unknown[]): void {
    for (const subscription of connection.subscriptions.values()) {
      if (subscription.name !== stream || subscription.params[0] !== key) continue;
      connection.send({ msg: 'changed', collection: stream, id: 'id', fields: { eventName: key, args } });
      return;
    }
  }

  /** A person removed from a room hears no more of it. */
  private cutOff(userId: string, roomId: string): void {
    for (const connection of this.connections) {
      if (connection.caller?.user._id !== userId) continue;
      for (const { id, params } of [...connection.subscriptions.values()]) {
        const key = typeof params[0] === 'string' ? params[0] : '';
        if (key !== roomId && !key.startsWith(`${roomId}/`)) continue;
        connection.subscriptions.delete(id);
        connection.send({ msg: 'nosub', id });
      }
    }
  }

  private async mayRead(userId: string, roomId: string): Promise<boolean> {
    const { rooms, users } = this.core.records;
    const [room, user] = [await rooms.byId(roomId), await users.byId(userId)];
    if (!room || !user) return false;
    return canAccess(user, room, (await rooms.subscription(roomId, userId)) !== undefined);
  }
}
