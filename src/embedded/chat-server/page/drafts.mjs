import { keep, kept } from './storage.mjs';

const MOST = 50;

/** What was written and not sent, by place; it survives a reload. */
export class Drafts {
  constructor(userId) {
    this.key = `rdzen-chat-drafts-${userId}`;
    this.texts = new Map(kept(this.key, []));
  }

  get(place) {
    return this.texts.get(place) ?? '';
  }

  set(place, text) {
    this.texts.delete(place);
    if (text !== '') this.texts.set(place, text);
    keep(this.key, [...this.texts].slice(-MOST));
  }
}
