import { Composer, TypingBoard } from './composer.mjs';
import { newId, Realtime } from './connection.mjs';
import { History } from './history.mjs';
import { MessageList, typingText } from './message-list.mjs';
import { openNewDialog } from './new-dialog.mjs';
import { RoomList } from './room-list.mjs';
import { say } from './texts.mjs';

const STILL_WRITING = /▍$/;
const byId = (id) => document.getElementById(id);

/** The conversation: rooms at the side, one room in the middle, perhaps a thread beside it. */
export class Chat {
  constructor({ rest, config, me, session, onLeave, onDenied }) {
    Object.assign(this, { rest, config, me, onLeave });
    this.token = session.authToken;
    this.rooms = new RoomList(byId('rooms'), {
      botName: config.botUsername,
      onOpen: (room) => this.attempt(this.openRoom(room)),
    });
    this.typingBoard = new TypingBoard((roomId, threadId) => this.showTyping(roomId, threadId));
    const names = { ownName: me.username, botName: config.botUsername };
    const onRetry = (message) => void this.deliver(message);
    this.list = new MessageList(byId('messages'), {
      ...names,
      onRetry,
      onThread: (root) => this.attempt(this.openThread(root)),
      onSuggestion: (text) => this.send(text),
    });
    this.history = new History(rest, this.list, () => this.markRead());
    this.threadList = new MessageList(byId('thread-messages'), { ...names, onRetry });
    this.drafts = new Map();
    this.releases = [];
    this.realtime = new Realtime({
      onLive: () => this.attempt(this.refresh()),
      onDown: () => this.showLink('reconnecting'),
      onDenied,
      onEvent: (stream, key, args) => this.event(stream, key, args),
    });
    this.wire();
  }

  async start() {
    const { me } = this;
    byId('me').textContent = me.roles.includes('admin') ? `${me.name} (${say('admin')})` : me.name;
    this.realtime.subscribe('room-messages', '__my_messages__');
    this.realtime.subscribe('notify-user', `${me._id}/subscriptions-changed`);
    this.showLink('connecting');
    this.realtime.start(this.token);
  }

  wire() {
    const maxLength = this.config.maxMessageLength;
    this.composer = new Composer(byId('compose'), {
      maxLength,
      onSend: (text) => this.send(text),
      onTyping: (active) => this.realtime.typing(this.room?.rid, this.me.username, active),
    });
    this.threadComposer = new Composer(byId('thread-compose'), {
      maxLength,
      onSend: (text) => this.send(text, this.thread?._id),
      onTyping: (active) => this.realtime.typing(this.room?.rid, this.me.username, active, this.thread?._id),
    });
    byId('ask').addEventListener('click', () => this.attempt(this.message(this.config.botUsername)));
    byId('back').addEventListener('click', () => this.view('list'));
    byId('thread-close').addEventListener('click', () => this.closeThread());
    byId('thread').addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || event.isComposing) return;
      this.closeThread();
      this.composer.focus();
    });
    byId('leave').addEventListener('click', () => {
      sessionStorage.setItem('left', '1');
      this.onLeave();
    });
    byId('new').addEventListener(
      'click',
      () =>
        void openNewDialog(this.rest, this.config, this.me, this.rooms, {
          onRoom: (roomId) => this.enterRoom(roomId),
          onPerson: (username) => this.message(username),
        }),
    );
    document.addEventListener('visibilitychange', () => this.markRead());
  }

  /** After each (re)connection: what we missed is fetched again. */
  async refresh() {
    this.showLink();
    const { update } = await this.rest.get('subscriptions.get');
    this.rooms.replaceAll(update);
    const current = this.room && this.rooms.get(this.room.rid);
    if (current) {
      this.listenTo(current);
      await this.history.load();
      if (this.thread) await this.loadThread();
    } else if (matchMedia('(min-width: 760px)').matches) {
      const first = this.rooms.first();
      if (first) await this.openRoom(first);
    }
  }

  async message(username) {
    const { room } = await this.rest.post('im.create', { username });
    await this.enterRoom(room.rid);
  }

  async enterRoom(roomId) {
    const { subscription } = await this.rest.get('subscriptions.getOne', { roomId });
    if (!subscription) return;
    this.rooms.put(subscription);
    await this.openRoom(subscription);
  }

  async openRoom(room) {
    this.composer.stopTyping();
    if (this.room) this.drafts.set(this.room.rid, this.composer.value);
    this.closeThread();
    this.room = room;
    this.history.open(room);
    this.rooms.select(room.rid);
    byId('room-name').textContent = room.t === 'd' ? room.fname || room.name : `# ${room.name}`;
    this.composer.hint =
      room.t === 'd' ? say('writeMessage') : say('mentionHint', { bot: this.config.botUsername });
    this.composer.value = this.drafts.get(room.rid) ?? '';
    if (room.t === 'd' && room.name === this.config.botUsername)
      this.list.clear(say('askAnything'), [say('tryStory'), '!status', '!help']);
    else this.list.clear();
    this.view('room');
    this.listenTo(room);
    this.showTyping(room.rid);
    await this.history.load();
    this.list.toEnd();
    this.composer.focus();
  }

  listenTo(room) {
    for (const release of this.releases.splice(0)) release();
    for (const event of ['user-activity', 'deleteMessage']) {
      this.releases.push(this.realtime.subscribe('notify-room', `${room.rid}/${event}`));
    }
  }

  /** A failure is said, not thrown: the next connection, or another click, brings what is missing. */
  attempt(task) {
    task.catch(() => this.showLink('notLoaded'));
  }

  async openThread(root) {
    this.thread = root;
    byId('thread').hidden = false;
    this.view('thread');
    this.threadList.clear();
    this.threadList.put(root);
    this.showTyping(this.room.rid, root._id);
    await this.loadThread();
    this.threadList.toEnd();
    this.threadComposer.focus();
  }

  async loadThread() {
    const { thread } = this;
    const { messages } = await this.rest.get('chat.getThreadMessages', { tmid: thread._id, count: 0 });
    if (thread !== this.thread) return;
    for (const message of messages) this.threadList.put(message);
  }

  closeThread() {
    this.threadComposer.stopTyping();
    this.threadComposer.value = '';
    this.thread = undefined;
    byId('thread').hidden = true;
    if (document.body.dataset.view === 'thread') this.view('room');
  }

  send(text, threadId) {
    const { _id, username, name } = this.me;
    void this.deliver({
      _id: newId(),
      rid: this.room.rid,
      msg: text,
      ts: new Date().toISOString(),
      u: { _id, username, name },
      ...(threadId && { tmid: threadId }),
    });
  }

  /** Our own id makes trying again safe: a message that did arrive is not doubled. */
  async deliver(message) {
    const { _id, rid, msg, tmid } = message;
    const list = tmid ? this.threadList : this.list;
    if (!list.has(_id)) list.put(message);
    list.mark(_id, 'pending');
    list.toEnd();
    try {
      const sent = await this.rest
        .post('chat.sendMessage', { message: { _id, rid, msg, ...(tmid && { tmid }) }, previewUrls: [] })
        .catch((error) =>
          this.rest.get('chat.getMessage', { msgId: _id }).catch(() => Promise.reject(error)),
        );
      list.mark(_id);
      list.put(sent.message);
    } catch {
      list.mark(_id, 'failed');
    }
  }

  event(stream, key, args) {
    if (stream === 'stream-room-messages') this.received(args[0]);
    else if (key.endsWith('/subscriptions-changed')) this.subscriptionChanged(args[0], args[1]);
    else if (key.endsWith('/deleteMessage')) {
      this.list.remove(args[0]._id);
      this.threadList.remove(args[0]._id);
    } else if (key.endsWith('/user-activity')) {
      const [name, activities, extra] = args;
      if (name !== this.me.username) {
        this.typingBoard.set(key.split('/')[0], extra?.tmid, name, activities.includes('user-typing'));
      }
    }
  }

  received(message) {
    this.rooms.touch(message.rid);
    if (message.rid !== this.room?.rid) return;
    const inThread = message.tmid && !message.tshow;
    if (!message.editedAt && !message.t && !STILL_WRITING.test(message.msg)) {
      this.typingBoard.set(message.rid, message.tmid, message.u.username, false);
    }
    if (!inThread) this.list.put(message);
    if (this.thread && (message.tmid === this.thread._id || message._id === this.thread._id))
      this.threadList.put(message);
    else if (inThread) this.offerThread(message);
    this.markRead();
  }

  /** The assistant answers a question of ours in a thread: where there is room, it opens by itself. */
  offerThread(reply) {
    const root = this.list.rows.get(reply.tmid)?.message;
    const ours = root?.u._id === this.me._id && reply.u._id !== this.me._id && !reply.editedAt;
    if (ours && !this.thread && matchMedia('(min-width: 1100px)').matches)
      this.attempt(this.openThread(root));
  }

  subscriptionChanged(change, subscription) {
    if (change === 'removed') {
      this.rooms.remove(subscription.rid);
      if (this.room?.rid === subscription.rid) {
        this.closeThread();
        this.room = undefined;
        this.history.open();
        this.list.clear();
        byId('room-name').textContent = '';
        this.view('list');
      }
      return;
    }
    this.rooms.put(subscription);
    this.markRead();
  }

  markRead() {
    const room = this.room && this.rooms.get(this.room.rid);
    if (!room || document.hidden || (!room.alert && room.unread === 0)) return;
    room.alert = false;
    room.unread = 0;
    this.rooms.put(room);
    this.rest.post('subscriptions.read', { rid: room.rid }).catch(() => undefined);
  }

  showTyping(roomId, threadId) {
    if (roomId !== this.room?.rid) return;
    const names = this.typingBoard.names(roomId, threadId);
    if (!threadId) byId('typing').textContent = typingText(names);
    else {
      this.list.markTyping(threadId, names);
      if (threadId === this.thread?._id) byId('thread-typing').textContent = typingText(names);
    }
  }

  showLink(state) {
    const link = byId('link');
    link.hidden = state === undefined;
    if (state) link.textContent = say(state);
  }

  /** On a narrow screen one of the three is seen. */
  view(name) {
    document.body.dataset.view = name;
  }
}
