import { timeOf } from './connection.mjs';
import { say } from './texts.mjs';

const PAGE = 50;
const CALLS = { c: 'channels.history', p: 'groups.history', d: 'im.history' };
/** Changes of the same moment may have been told or not. */
const OVERLAP_MS = 2000;

/** A room's messages: the newest page first, earlier ones as the reader scrolls up, and after a loss what was missed. */
export class History {
  /** @param onReply is given messages that stand in a thread only */
  constructor(rest, list, onReply) {
    Object.assign(this, { rest, list, onReply });
    list.box.addEventListener('scroll', () => {
      if (list.box.scrollTop < 300) void this.loadEarlier();
    });
  }

  open(room) {
    this.room = room;
    this.complete = false;
    this.loaded = false;
    this.latestChange = 0;
  }

  /** The newest page; or, where there is one already, all that has changed since. */
  async refresh() {
    if (this.loaded) await this.catchUp();
    else await this.load();
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
      for (const message of messages.reverse()) this.seen(list.put(message).row.message);
      this.complete = messages.length < PAGE || list.rows.size === before;
      list.above(this.complete && list.rows.size >= PAGE ? say('beginning') : undefined);
    };
    if (latest) list.keepPlace(put);
    else put();
    this.loaded = true;
    list.settle();
  }

  /** The server's clock, not ours, tells from when on. */
  seen(message) {
    this.latestChange = Math.max(this.latestChange, timeOf(message._updatedAt));
  }

  async catchUp() {
    const { room, list } = this;
    const since = new Date(Math.max(0, this.latestChange - OVERLAP_MS)).toISOString();
    const { result } = await this.rest.get('chat.syncMessages', { roomId: room.rid, lastUpdate: since });
    if (room !== this.room) return;
    const oldest = this.complete ? 0 : (list.ordered[0]?.time ?? 0);
    for (const message of result.updated.reverse()) {
      this.seen(message);
      if (message.tmid && !message.tshow) this.onReply(message);
      else if (timeOf(message.ts) >= oldest && list.put(message).added) list.came();
    }
    for (const { _id } of result.deleted) list.remove(_id);
    list.settle();
  }

  async loadEarlier() {
    const { list, room } = this;
    const oldest = list.ordered[0];
    if (this.complete || this.loading || !this.loaded || !oldest) return;
    this.loading = true;
    list.above(say('earlier'));
    try {
      await this.load(new Date(oldest.time).toISOString());
    } catch {
      // The next scroll tries again.
      if (room === this.room) list.above();
    }
    this.loading = false;
  }
}
