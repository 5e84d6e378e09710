import { Realtime, timeOf } from './connection.mjs';
import { Conversation } from './conversation.mjs';
import { byId } from './dom.mjs';
import { Drafts } from './drafts.mjs';
import { typingText } from './format.mjs';
import { History } from './history.mjs';
import { Incoming } from './incoming.mjs';
import { openNewDialog } from './new-dialog.mjs';
import { Outbox } from './outbox.mjs';
import { RoomList } from './room-list.mjs';
import { say } from './texts.mjs';
import { Thread } from './thread.mjs';
import { TypingBoard } from './typing-board.mjs';

const AGAIN_MS = 3000;

/** The whole: rooms at the side, one room in the middle, perhaps a thread beside it. */
export class Chat {
  constructor({ rest, config, me, onDenied }) {
    Object.assign(this, { rest, config, me });
    this.token = rest.session.authToken;
    this.rooms = new RoomList(byId('rooms'), {
      botName: config.botUsername,
      onOpen: (room) => this.attempt(this.openRoom(room)),
    });
    this.outbox = new Outbox(rest, me, (message, state) => this.onItsWay(message, state));
    const shared = {
      rest,
      config,
      me,
      outbox: this.outbox,
      drafts: new Drafts(me._id),
      isRoom: (name) => this.rooms.byName(name) !== undefined,
    };
    const room = (name) => this.attempt(this.openRoom(this.rooms.byName(name)));
    this.room = new Conversation(
      { box: 'messages', newer: 'newer', form: 'compose', typing: 'typing' },
      shared,
      {
        thread: ({ message }) => this.attempt(this.openThread(message)),
        typing: (active) => this.typing(active),
        room,
        suggestion: (text) => this.say(text),
        end: () => this.markRead(),
      },
    );
    this.side = new Thread(shared, {
      typing: (active) => this.typing(active, this.side.id),
      room,
      close: () => this.leaveThread(),
    });
    this.history = new History(rest, this.room.list, {
      reply: (message) => this.incoming.threadReply(message),
      removed: (id) => this.incoming.removed(id),
    });
    this.typingBoard = new TypingBoard((roomId, threadId) => this.showTyping(roomId, threadId));
    this.incoming = new Incoming(this);
    this.releases = [];
    this.realtime = new Realtime({
      live: () => {
        this.history.interrupted();
        this.attempt(this.refresh());
      },
      down: (offline) => this.showLink(offline ? 'offline' : 'reconnecting'),
      denied: onDenied,
      event: (stream, key, args) => this.incoming.event(stream, key, args),
    });
    this.wire();
  }

  start() {
    this.relabel();
    this.realtime.subscribe('room-messages', '__my_messages__');
    this.realtime.subscribe('notify-user', `${this.me._id}/subscriptions-changed`);
    this.showLink('connecting');
    this.realtime.start(this.token);
  }

  wire() {
    byId('ask').addEventListener('click', () => this.askAssistant());
    byId('back').addEventListener('click', () => this.view('list'));
    byId('new').addEventListener(
      'click',
      () =>
        void openNewDialog(this.rest, this.config, this.me, this.rooms, {
          onRoom: (roomId) => this.enterRoom(roomId),
          onPerson: (username) => this.message(username),
        }).catch(() => this.showLink('notLoaded')),
    );
    for (const event of ['visibilitychange', 'focus']) addEventListener(event, () => this.markRead(), true);
  }

  /** After each (re)connection: what we missed is fetched again, what waited is sent. */
  async refresh() {
    this.outbox.retry();
    const { update } = await this.rest.get('subscriptions.get');
    this.rooms.replaceAll(update);
    this.showUnread();
    const current = this.current && this.rooms.get(this.current.rid);
    if (current) {
      this.listenTo(current);
      await this.history.refresh();
      if (this.thread) await this.side.load();
    } else if (matchMedia('(min-width: 760px)').matches) {
      const first = this.rooms.first();
      if (first) await this.openRoom(first);
    }
    this.showLink();
    this.markRead();
  }

  get current() {
    return this.room.room;
  }

  get thread() {
    return this.side.root;
  }

  askAssistant() {
    this.attempt(this.message(this.config.botUsername));
  }

  /** What the tour asks for. */
  async askForStory() {
    await this.message(this.config.botUsername);
    this.say(say('tryStory'));
  }

  say(text) {
    this.outbox.write(this.current.rid, text);
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

  openNeighbour(step) {
    const room = this.rooms.neighbour(step);
    if (room) this.attempt(this.openRoom(room));
  }

  async openRoom(room) {
    this.closeThread();
    this.history.open(room);
    this.rooms.select(room.rid);
    this.room.open(room, undefined, this.greeting(room));
    this.nameRoom();
    this.view('room');
    this.listenTo(room);
    this.showTyping(room.rid);
    const unread = room.alert || room.unread > 0;
    this.outbox.show(room.rid);
    await this.history.refresh();
    if (this.current !== room) return;
    if (this.realtime.live) this.showLink();
    if (unread && room.ls) this.room.list.markFresh(timeOf(room.ls));
    this.room.list.toEnd();
    this.room.composer.focus();
  }

  greeting({ t, name }) {
    const withBot = t === 'd' && name === this.config.botUsername;
    return withBot ? () => [say('askAnything'), [say('tryStory'), '!status', '!help']] : undefined;
  }

  nameRoom() {
    const { current: room } = this;
    byId('room-name').textContent = !room ? '' : room.t === 'd' ? room.fname || room.name : `# ${room.name}`;
    const direct = !room || room.t === 'd';
    this.room.composer.hint = say(direct ? 'writeMessage' : 'mentionHint', { bot: this.config.botUsername });
    byId('compose').hidden = !room;
  }

  listenTo(room) {
    for (const release of this.releases.splice(0)) release();
    for (const event of ['user-activity', 'deleteMessage']) {
      this.releases.push(this.realtime.subscribe('notify-room', `${room.rid}/${event}`));
    }
  }

  /** A failure is said, not thrown, and what is missing is asked for again while there is a connection. */
  attempt(task) {
    task.catch(() => {
      if (!this.realtime.live) return;
      this.showLink('notLoaded');
      clearTimeout(this.again);
      this.again = setTimeout(() => this.realtime.live && this.attempt(this.refresh()), AGAIN_MS);
    });
  }

  async openThread(root, focus = true) {
    this.view('thread');
    const opened = this.side.open(this.current, root, focus);
    this.outbox.show(this.current.rid);
    this.showTyping(this.current.rid, root._id);
    await opened;
  }

  closeThread() {
    this.side.close();
    if (document.body.dataset.view === 'thread') this.view('room');
  }

  leaveThread() {
    this.closeThread();
    this.room.composer.focus();
  }

  typing(active, threadId) {
    this.realtime.typing(this.current?.rid, this.me.username, active, threadId);
  }

  /** A message of our own is shown before it has arrived. */
  onItsWay(message, state) {
    if (message.rid !== this.current?.rid) return;
    if (!message.tmid) this.room.show(message, state);
    else if (message.tmid === this.side.id) this.side.talk.show(message, state);
  }

  leaveRoom() {
    this.closeThread();
    this.history.open();
    this.room.open(undefined, undefined, () => [say('noRoom')]);
    this.room.list.settle();
    this.nameRoom();
    this.view('list');
  }

  /** Read is what stands in view, in a page that is looked at. */
  markRead() {
    const room = this.current && this.rooms.get(this.current.rid);
    if (room && this.room.list.stuck && !document.hidden && (room.alert || room.unread > 0)) {
      this.rooms.put({ ...room, alert: false, unread: 0, userMentions: 0, groupMentions: 0 });
      this.rest.post('subscriptions.read', { rid: room.rid }).catch(() => undefined);
    }
    this.showUnread();
  }

  showUnread() {
    const { calls } = this.rooms;
    document.title = calls > 0 ? `(${calls}) ${this.config.siteName}` : this.config.siteName;
  }

  showTyping(roomId, threadId) {
    if (roomId !== this.current?.rid) return;
    const text = typingText(this.typingBoard.names(roomId, threadId));
    if (!threadId) this.room.typingLine.textContent = text;
    else {
      this.room.list.markTyping(threadId, this.typingBoard.names(roomId, threadId));
      if (threadId === this.side.id) this.side.talk.typingLine.textContent = text;
    }
  }

  showLink(state) {
    this.link = state;
    const link = byId('link');
    link.hidden = state === undefined;
    link.textContent = state ? say(state) : '';
  }

  /** On a narrow screen one of the three is seen. */
  view(name) {
    document.body.dataset.view = name;
  }

  relabel() {
    const { me } = this;
    byId('me').textContent = me.roles.includes('admin') ? `${me.name} (${say('admin')})` : me.name;
    this.rooms.render();
    this.nameRoom();
    this.showLink(this.link);
    for (const talk of [this.room, this.side.talk]) {
      talk.list.relabel();
      talk.composer.fit();
    }
  }
}
