import { newId } from './connection.mjs';
import { forget, keep, keptUnder } from './storage.mjs';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;
/** So often a failure of the server itself is borne before it is told. */
const MOST_TRIES = 5;
const PASSING = [401, 408, 429];

/**
 * Messages on their way, room by room in the order in which they were written, one after another. Our own id makes
 * trying again safe: one that did arrive is not doubled. What the network does not let through waits and is tried
 * again; what the server refuses is told, and others go on. All of it outlives the page: each message has its own
 * place in the browser's storage, so that several tabs do not overwrite one another.
 */
export class Outbox {
  /** @param onState is told a message and `pending`, `waiting`, `failed`, `gone`, or nothing once it is there */
  constructor(rest, me, onState) {
    Object.assign(this, { rest, me, onState });
    this.prefix = `rdzen-chat-outbox-${me._id}-`;
    this.entries = new Map();
    this.busy = new Set();
    this.flying = new Set();
    this.taken = new Set();
    this.waits = new Map();
    this.timers = new Map();
    const left = keptUnder(this.prefix).map(([, entry]) => entry);
    left.sort((a, b) => Date.parse(a.message.ts) - Date.parse(b.message.ts));
    for (const entry of left) this.entries.set(entry.message._id, { ...entry, tries: 0 });
    // Sent, or taken back, in another tab.
    addEventListener('storage', ({ key, newValue }) => {
      const entry = newValue === null && this.entries.get(key?.slice(this.prefix.length));
      if (!entry || !key.startsWith(this.prefix)) return;
      this.entries.delete(entry.message._id);
      this.onState(entry.message, 'gone');
    });
  }

  write(roomId, text, threadId) {
    const { _id, username, name } = this.me;
    this.lastTime = Math.max(Date.now(), (this.lastTime ?? 0) + 1);
    const message = {
      _id: newId(),
      rid: roomId,
      msg: text,
      ts: new Date(this.lastTime).toISOString(),
      u: { _id, username, name },
      ...(threadId && { tmid: threadId }),
    };
    this.put({ message, state: 'pending', tries: 0 });
    void this.send(roomId);
  }

  /** Shows again what is not there yet, in a room or thread that was opened anew. */
  show(roomId) {
    for (const { message, state } of this.of(roomId)) this.onState(message, state);
  }

  /** One that was refused. */
  again(messageId) {
    const entry = this.entries.get(messageId);
    if (!entry) return;
    this.put({ ...entry, state: 'pending', tries: 0 });
    void this.send(entry.message.rid);
  }

  /** Takes back what has not arrived. @returns whether there was anything to take back */
  take(messageId) {
    if (!this.entries.has(messageId)) return false;
    if (this.flying.has(messageId)) this.taken.add(messageId);
    this.remove(messageId);
    return true;
  }

  /** The connection is back. */
  retry() {
    for (const roomId of new Set([...this.entries.values()].map(({ message }) => message.rid))) {
      this.waits.delete(roomId);
      void this.send(roomId);
    }
  }

  of(roomId) {
    return [...this.entries.values()].filter(({ message }) => message.rid === roomId);
  }

  async send(roomId) {
    if (this.busy.has(roomId)) return;
    this.busy.add(roomId);
    let passed = true;
    try {
      for (let entry; passed && (entry = this.of(roomId).find(({ state }) => state !== 'failed'));) {
        passed = await this.deliver(entry);
      }
    } finally {
      this.busy.delete(roomId);
    }
    if (passed) this.waits.delete(roomId);
    else this.later(roomId);
  }

  later(roomId) {
    const wait = this.waits.get(roomId) ?? FIRST_WAIT_MS;
    this.waits.set(roomId, Math.min(LONGEST_WAIT_MS, wait * 2));
    clearTimeout(this.timers.get(roomId));
    this.timers.set(
      roomId,
      setTimeout(() => void this.send(roomId), wait),
    );
  }

  /** @returns whether the next one may go: this one is there, or refused */
  async deliver(entry) {
    const { _id, rid, msg, tmid } = entry.message;
    this.put({ ...entry, state: 'pending' });
    this.flying.add(_id);
    try {
      const sent = await this.rest
        .post('chat.sendMessage', { message: { _id, rid, msg, ...(tmid && { tmid }) }, previewUrls: [] })
        .catch((error) => this.perhapsThere(_id, error));
      if (!sent.message) throw new Error('No answer');
      this.arrived(sent.message);
      return true;
    } catch (error) {
      if (!this.entries.has(_id)) return true;
      const tries = entry.tries + (error.status >= 500 ? 1 : 0);
      const passing = error.status === undefined || PASSING.includes(error.status) || error.status >= 500;
      const waits = passing && tries < MOST_TRIES;
      this.put({ ...entry, tries, state: waits ? 'waiting' : 'failed' });
      return !waits;
    } finally {
      this.flying.delete(_id);
      this.taken.delete(_id);
    }
  }

  arrived(message) {
    this.remove(message._id);
    if (!this.taken.has(message._id)) this.onState(message);
    // Taken back too late: who may not delete it sees that it is there.
    else
      this.rest
        .post('chat.delete', { roomId: message.rid, msgId: message._id })
        .catch(() => this.onState(message));
  }

  /** What an earlier try has brought there is refused as known. */
  async perhapsThere(msgId, error) {
    if (error.status === undefined) throw error;
    return this.rest
      .get('chat.getMessage', { msgId })
      .catch((doubt) => Promise.reject(doubt.status === undefined ? doubt : error));
  }

  put(entry) {
    const { message, state } = entry;
    this.entries.set(message._id, entry);
    keep(this.prefix + message._id, { message, state: state === 'failed' ? state : 'waiting' });
    this.onState(message, state);
  }

  remove(messageId) {
    this.entries.delete(messageId);
    forget(this.prefix + messageId);
  }
}
