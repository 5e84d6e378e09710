import type { ChatRecords } from '../records/chat-records';
import type { MessageDocument, RoomDocument, SubscriptionDocument } from '../records/documents';
import type { Emit } from './chat-core';

/**
 * What a new message does to its room and to the members' subscriptions. As on the original, a reply that shows only
 * in its thread counts but does not move the room's last message, and a channel's `alert` is set once, not again for
 * each message: clients must not take `subscription._updatedAt` for the time of the last message.
 */
export async function announceToMembers(
  records: ChatRecords,
  emit: Emit,
  room: RoomDocument,
  message: MessageDocument,
  now: Date,
): Promise<void> {
  const threadOnly = message.tmid !== undefined && !message.tshow;
  room.msgs += 1;
  room._updatedAt = now;
  if (!threadOnly) {
    room.lm = message.ts;
    room.lastMessage = message;
  }
  await records.rooms.save(room);
  const subscriptions = await records.rooms.subscriptionsOfRoom(room._id);
  const memberIds = subscriptions.map((subscription) => subscription.u._id);
  emit({ kind: 'message', message, room: { ...room }, memberIds });
  emit({ kind: 'room', change: 'updated', room: { ...room }, userIds: memberIds });
  if (threadOnly) return;
  for (const subscription of subscriptions) {
    const changed = withUnread(subscription, message, now);
    if (!changed) continue;
    await records.rooms.saveSubscription(changed);
    emit({ kind: 'subscription', change: 'updated', subscription: changed });
  }
}

/** The root of a thread counts its replies and is told to everybody again, like any changed message. */
export async function followThread(
  records: ChatRecords,
  emit: Emit,
  room: RoomDocument,
  reply: MessageDocument,
  now: Date,
): Promise<void> {
  const root = reply.tmid ? await records.messages.byId(reply.tmid) : undefined;
  if (!root) return;
  const mentioned = (reply.mentions ?? []).filter(({ type }) => type === 'user').map(({ _id }) => _id);
  const starter = root.replies?.length ? [] : [root.u._id];
  const changed: MessageDocument = {
    ...root,
    tcount: (root.tcount ?? 0) + 1,
    tlm: reply.ts,
    replies: [...new Set([...(root.replies ?? []), ...mentioned, ...starter, reply.u._id])],
    _updatedAt: now,
  };
  await records.messages.save(changed);
  emit({
    kind: 'message',
    message: changed,
    room: { ...room },
    memberIds: await records.rooms.memberIds(room._id),
  });
  if (room.lastMessage?._id !== changed._id) return;
  room.lastMessage = changed;
  await records.rooms.save(room);
}

function withUnread(
  subscription: SubscriptionDocument,
  message: MessageDocument,
  now: Date,
): SubscriptionDocument | undefined {
  if (subscription.u._id === message.u._id) return undefined;
  const named = message.mentions?.some(({ _id }) => _id === subscription.u._id) ?? false;
  const called = message.mentions?.some(({ _id }) => _id === 'all' || _id === 'here') ?? false;
  const counts = subscription.t === 'd' || named || called;
  if (!counts && subscription.alert) return undefined;
  return {
    ...subscription,
    open: true,
    alert: true,
    unread: subscription.unread + (counts ? 1 : 0),
    userMentions: subscription.userMentions + (named || subscription.t === 'd' ? 1 : 0),
    groupMentions: subscription.groupMentions + (called ? 1 : 0),
    _updatedAt: now,
  };
}
