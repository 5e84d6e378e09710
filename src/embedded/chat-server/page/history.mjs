const PAGE = 50;
const CALLS = { c: 'channels.history', p: 'groups.history', d: 'im.history' };

/** A room's messages, newest page first, earlier ones as the reader scrolls up. */
export class History {
  constructor(rest, list, onLoaded) {
    Object.assign(this, { rest, list, onLoaded });
    list.box.addEventListener('scroll', () => {
      if (list.box.scrollTop < 60) void this.loadEarlier();
    });
  }

  open(room) {
    this.room = room;
    this.complete = false;
  }

  async load(latest) {
    const { room } = this;
    const query = { roomId: room.rid, count: PAGE, showThreadMessages: 'false', ...(latest && { latest }) };
    const { messages } = await this.rest.get(CALLS[room.t], query);
    if (room !== this.room) return 0;
    for (const message of messages.reverse()) this.list.put(message);
    this.list.settle();
    this.onLoaded();
    return messages.length;
  }

  async loadEarlier() {
    const { box, oldest, rows } = this.list;
    if (this.complete || this.loading || !oldest || rows.size < PAGE) return;
    this.loading = true;
    const fromEnd = box.scrollHeight - box.scrollTop;
    const latest = typeof oldest.ts === 'object' ? new Date(oldest.ts.$date).toISOString() : oldest.ts;
    try {
      this.complete = (await this.load(latest)) === 0;
    } catch {
      // The next scroll tries again.
    }
    box.scrollTop = box.scrollHeight - fromEnd;
    this.loading = false;
  }
}
