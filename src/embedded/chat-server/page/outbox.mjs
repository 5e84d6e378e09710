import { newId } from './connection.mjs';

/**
 * Messages on their way. Our own id makes trying again safe: one that did arrive is not doubled. What the network
 * does not let through waits for the next connection; what the server refuses is told.
 */
export class Outbox {
  /** @param onState is told a message and `pending`, `waiting`, `failed`, or nothing once it is there */
  constructor(rest, onState) {
    Object.assign(this, { rest, onState });
    this.waiting = new Map();
  }

  write(me, roomId, text, threadId) {
    const { _id, username, name } = me;
    void this.deliver({
      _id: newId(),
      rid: roomId,
      msg: text,
      ts: new Date().toISOString(),
      u: { _id, username, name },
      ...(threadId && { tmid: threadId }),
    });
  }

  async deliver(message) {
    const { _id, rid, msg, tmid } = message;
    this.waiting.delete(_id);
    this.onState(message, 'pending');
    try {
      const sent = await this.rest
        .post('chat.sendMessage', { message: { _id, rid, msg, ...(tmid && { tmid }) }, previewUrls: [] })
        .catch((error) => this.perhapsThere(_id, error));
      this.onState(sent.message);
    } catch (error) {
      if (error.status === undefined) this.waiting.set(_id, message);
      this.onState(message, error.status === undefined ? 'waiting' : 'failed');
    }
  }

  /** What an earlier try has brought there is refused as known. */
  async perhapsThere(msgId, error) {
    if (error.status === undefined) throw error;
    return this.rest.get('chat.getMessage', { msgId }).catch(() => Promise.reject(error));
  }

  /** The connection is back; in the order in which they were written. */
  async retry() {
    for (const message of [...this.waiting.values()]) await this.deliver(message);
  }
}
