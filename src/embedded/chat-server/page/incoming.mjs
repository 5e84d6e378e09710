import { Announcer } from './announcer.mjs';

const STILL_WRITING = /▍$/;

/** What the server tells of its own accord, brought to the place where it is shown. */
export class Incoming {
  constructor(chat) {
    this.chat = chat;
    this.announcer = new Announcer(chat.config.botUsername, chat.me.username);
  }

  event(stream, key, args) {
    if (stream === 'stream-room-messages') this.received(args[0]);
    else if (key.endsWith('/subscriptions-changed')) this.subscriptionChanged(args[0], args[1]);
    else if (key.endsWith('/deleteMessage')) {
      this.removed(args[0]._id);
    } else if (key.endsWith('/user-activity')) {
      const [name, activities, extra] = args;
      if (name !== this.chat.me.username) {
        this.chat.typingBoard.set(key.split('/')[0], extra?.tmid, name, activities.includes('user-typing'));
      }
    }
  }

  received(message) {
    this.chat.rooms.touch(message.rid);
    if (message.rid !== this.chat.current?.rid) return;
    this.chat.history.seen(message);
    if (!message.editedAt && !message.t && !STILL_WRITING.test(message.msg)) {
      this.chat.typingBoard.set(message.rid, message.tmid, message.u.username, false);
    }
    if (message.tmid && !message.tshow) this.threadReply(message);
    else {
      const { added } = this.chat.room.list.put(message);
      if (added && message.u._id !== this.chat.me._id) this.chat.room.list.came();
      if (this.chat.side.holds(message)) this.chat.side.talk.list.put(message);
    }
    this.announcer.hear(message);
    this.chat.markRead();
  }

  removed(id) {
    this.chat.room.list.remove(id);
    this.chat.side.talk.list.remove(id);
  }

  threadReply(reply) {
    if (this.chat.side.holds(reply)) {
      const { added } = this.chat.side.talk.list.put(reply);
      if (added && reply.u._id !== this.chat.me._id) this.chat.side.talk.list.came();
    } else this.offerThread(reply);
  }

  /** The assistant answers a question of ours in a thread: where there is room, it opens by itself and leaves the focus. */
  offerThread(reply) {
    const root = this.chat.room.list.get(reply.tmid)?.message;
    const ours = root?.u._id === this.chat.me._id && reply.u._id !== this.chat.me._id && !reply.editedAt;
    if (ours && !this.chat.thread && matchMedia('(min-width: 1100px)').matches)
      this.chat.attempt(this.chat.openThread(root, false));
  }

  subscriptionChanged(change, subscription) {
    if (change === 'removed') {
      this.chat.rooms.remove(subscription.rid);
      if (this.chat.current?.rid === subscription.rid) this.chat.leaveRoom();
    } else this.chat.rooms.put(subscription);
    this.chat.markRead();
  }
}
