import { byId } from './dom.mjs';
import { Conversation } from './conversation.mjs';

/** The panel of one thread: the message it hangs under, and the replies. */
export class Thread {
  /** @param on `{typing(active), room(name), close()}` */
  constructor(shared, on) {
    this.shared = shared;
    this.panel = byId('thread');
    this.talk = new Conversation(
      { box: 'thread-messages', newer: 'thread-newer', form: 'thread-compose', typing: 'thread-typing' },
      shared,
      { typing: on.typing, room: on.room, end: () => undefined },
    );
    byId('thread-close').addEventListener('click', on.close);
  }

  get id() {
    return this.root?._id;
  }

  /** @param focus whether the reader wants to write there */
  async open(room, root, focus) {
    this.root = root;
    this.panel.hidden = false;
    this.talk.open(room, root._id);
    this.talk.list.put(root);
    await this.load();
    if (root !== this.root) return;
    this.talk.list.toEnd();
    if (focus) this.talk.composer.focus();
  }

  async load() {
    const { root } = this;
    const { messages } = await this.shared.rest.get('chat.getThreadMessages', { tmid: root._id, count: 0 });
    if (root !== this.root) return;
    this.talk.list.batch(() => messages.forEach((message) => this.talk.list.put(message)));
  }

  close() {
    this.talk.composer.open('');
    this.root = undefined;
    this.panel.hidden = true;
  }

  holds(message) {
    return this.root !== undefined && (message.tmid === this.id || message._id === this.id);
  }
}
