import { byId } from './dom.mjs';
import { say } from './texts.mjs';

const STILL_WRITING = /▍$/;
const LONGEST = 300;

/** Reads new messages out to those who listen: once, and an answer when it is whole. */
export class Announcer {
  constructor(botName, ownName) {
    Object.assign(this, { botName, ownName });
    this.heard = new Set();
  }

  hear({ _id, u, msg, t, editedAt }) {
    const growing = u.username === this.botName && STILL_WRITING.test(msg);
    if (t || growing || u.username === this.ownName || this.heard.has(_id)) return;
    if (editedAt && u.username !== this.botName) return;
    this.heard.add(_id);
    const text = msg.length > LONGEST ? `${msg.slice(0, LONGEST)} …` : msg;
    byId('announcer').textContent = say('says', { name: u.name || u.username, text });
  }
}
