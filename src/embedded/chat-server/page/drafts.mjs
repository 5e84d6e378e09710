import { forget, keep, kept, keptUnder } from './storage.mjs';

const MOST = 50;

/** What was written and not sent, each place by itself, so that several tabs do not overwrite one another. */
export class Drafts {
  constructor(userId) {
    this.prefix = `rdzen-chat-draft-${userId}-`;
    /** Those that the browser does not keep. */
    this.unkept = new Map();
    const all = keptUnder(this.prefix).sort(([, a], [, b]) => b.at - a.at);
    for (const [key] of all.slice(MOST)) forget(key);
  }

  get(place) {
    return this.unkept.get(place) ?? kept(this.prefix + place, {}).text ?? '';
  }

  set(place, text) {
    this.unkept.delete(place);
    if (text === '') forget(this.prefix + place);
    else if (!keep(this.prefix + place, { text, at: Date.now() })) this.unkept.set(place, text);
  }
}
