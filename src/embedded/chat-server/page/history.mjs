import { timeOf } from './connection.mjs';

const PAGE = 50;
const CALLS = { c: 'channels.history', p: 'groups.history', d: 'im.history' };
/** Changes of the same moment may have been told or not. */
const OVERLAP_MS = 2000;
/** So near the top, earlier messages are fetched. */
const NEAR_TOP = 300;

/** A room's messages: the newest page first, earlier ones as the reader scrolls up, and after a loss what was missed. */
export class History {
  /** @param on `{reply(message), removed(id)}`: messages that stand in a thread only, and what is gone */
  constructor(rest, list, on) {
    Object.assign(this, { rest, list, on });
    this.connections = 0;
    this.madeUp = 0;
    list.box.addEventListener('scroll', () => {
      if (list.box.scrollTop < NEAR_TOP) void this.loadEarlier();
    });
    new ResizeObserver(() => this.fill()).observe(list.box);
  }

  open(room) {
    this.room = room;
    this.complete = false;
    this.loaded = false;
    this.latestChange = 0;
  }

  /** A new connection: what it tells says nothing of what was missed before it. */
  interrupted() {
    this.connections += 1;
  }

  /** The newest page; or, where there is one already, all that has changed since. */
  async refresh() {
    const { connections } = this;
    if (this.loaded) await this.catchUp();
    else await this.load();
    this.madeUp = connections;
  }

  async load(latest) {
    const { room, list } = this;
    // Inclusive: of messages of the same millisecond some may be here and others not.
    const query = {
      roomId: room.rid,
      count: PAGE,
      showThreadMessages: 'false',
      ...(latest && { latest, inclusive: 'true' }),
    };
    const { messages } = await this.rest.get(CALLS[room.t], query);
    if (room !== this.room) return;
    const put = () => {
      const before = list.rows.size;
      for (const message of messages.reverse()) list.put(message);
      this.complete = messages.length < PAGE || list.rows.size === before;
      list.above(this.complete && list.rows.size >= PAGE ? 'beginning' : undefined);
    };
    if (latest) list.keepPlace(put);
    else {
      list.batch(put);
      for (const message of messages) this.changed(message);
    }
    this.loaded = true;
    list.settle();
    this.fill();
  }

  /** A message that was told of its own accord. */
  seen(message) {
    if (this.madeUp === this.connections) this.changed(message);
  }

  /** The server's clock, not ours, tells from when on. */
  changed(message) {
    this.latestChange = Math.max(this.latestChange, timeOf(message._updatedAt));
  }

  async catchUp() {
    const { room, list } = this;
    const since = new Date(Math.max(0, this.latestChange - OVERLAP_MS)).toISOString();
    const { result } = await this.rest.get('chat.syncMessages', { roomId: room.rid, lastUpdate: since });
    if (room !== this.room) return;
    const oldest = this.complete ? 0 : (this.oldest?.time ?? 0);
    list.batch(() => {
      for (const message of result.updated.reverse()) {
        this.changed(message);
        if (message.tmid && !message.tshow) this.on.reply(message);
        else if (timeOf(message.ts) >= oldest && list.put(message).added) list.came();
      }
      for (const { _id } of result.deleted) this.on.removed(_id);
    });
    list.settle();
  }

  /** Of those that are on the server: what was written here and waits may be older. */
  get oldest() {
    return this.list.ordered.find(({ state }) => !state);
  }

  /** Where nothing can be scrolled, nothing would ever ask for earlier messages. */
  fill() {
    const { box } = this.list;
    if (box.clientHeight > 0 && box.scrollHeight <= box.clientHeight + NEAR_TOP) void this.loadEarlier();
  }

  async loadEarlier() {
    const { list, room, oldest } = this;
    if (this.complete || this.loading || !this.loaded || !oldest) return;
    this.loading = true;
    list.above('earlier');
    let failed = false;
    try {
      await this.load(new Date(oldest.time).toISOString());
    } catch {
      // The next scroll tries again.
      failed = true;
      if (room === this.room) list.above();
    }
    this.loading = false;
    if (!failed || room !== this.room) this.fill();
  }
}
