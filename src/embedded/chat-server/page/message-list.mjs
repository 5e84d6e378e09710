import { timeOf } from './connection.mjs';
import { actionButton, icon, make, onAction } from './dom.mjs';
import { dayOf } from './format.mjs';
import { MessageRow } from './message-row.mjs';
import { say, sayCount } from './texts.mjs';

const GROUP_MS = 5 * 60_000;
const NEAR_END = 80;

/**
 * Shows messages in order of time and keeps the end in view while the reader is there; elsewhere it keeps the
 * reader's place and counts what comes meanwhile.
 */
export class MessageList {
  /**
   * @param newer the button that leads to the end
   * @param context what a MessageRow is told
   * @param on `{action(name, row, button), suggestion(text), end()}`
   */
  constructor(box, newer, context, on) {
    Object.assign(this, { box, newer, context, on });
    this.rows = new Map();
    this.clear();
    onAction(box, (action, pressed) => {
      if (action === 'suggest') on.suggestion(pressed.textContent);
      else on.action(action, this.rows.get(pressed.closest('.message')?.dataset.id), pressed);
    });
    newer.addEventListener('click', () => this.toEnd());
    box.addEventListener('scroll', () => this.scrolled(), { passive: true });
    // A keyboard on the screen, or a thread beside the room, must not push the end out of view.
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(box);
  }

  /**
   * @param greeting says, in the language that holds then, what stands here once it is known that there are no
   * messages, and what one might say to the assistant
   */
  clear(greeting = () => [say('empty')]) {
    this.greeting = greeting;
    this.rows.clear();
    this.ordered = [];
    this.stuck = true;
    this.missed = 0;
    this.freshSince = undefined;
    this.begins = make('p', 'begins');
    this.above();
    this.empty = make('div', 'empty');
    this.empty.hidden = true;
    this.greet();
    this.box.replaceChildren(this.begins, this.empty);
    this.showNewer();
  }

  greet() {
    const [greeting, suggestions = []] = this.greeting();
    this.empty.replaceChildren(
      ...(suggestions.length > 0 ? [make('span', 'avatar large bot')] : []),
      make('p', '', greeting),
      ...suggestions.map((text) => actionButton('chip', text, 'suggest')),
    );
  }

  /** Everything that there is has been put. */
  settle() {
    this.empty.hidden = this.rows.size > 0;
  }

  /** Says above the first message what there is before it. @param key of a text; none: unknown */
  above(key) {
    this.before = key;
    this.begins.hidden = !key;
    this.begins.textContent = key ? say(key) : '';
  }

  /** Runs `change`, which puts many messages; where the end is, is found out once, not for each of them. */
  batch(change) {
    const { stuck } = this;
    Object.assign(this, { stuck: false, batching: true });
    change();
    Object.assign(this, { stuck, batching: false });
    if (stuck) this.toEnd();
    else this.showNewer();
  }

  get(id) {
    return this.rows.get(id);
  }

  /** Adds or changes one message. @returns its row, and whether it is new here. */
  put(message) {
    this.empty.hidden = true;
    const known = this.rows.get(message._id);
    if (known && timeOf(message._updatedAt) < timeOf(known.message._updatedAt))
      return { row: known, added: false };
    const row = known ?? new MessageRow(this.context);
    row.message = message;
    // The server knows it: it is no longer on its way.
    if (message._updatedAt) row.state = undefined;
    const time = timeOf(message.ts);
    if (!known) this.rows.set(message._id, row);
    if (row.time !== time) {
      row.time = time;
      this.place(row);
    }
    this.render(row);
    return { row, added: !known };
  }

  remove(id) {
    const row = this.rows.get(id);
    if (!row) return;
    const next = this.ordered[this.ordered.indexOf(row) + 1];
    this.rows.delete(id);
    this.ordered.splice(this.ordered.indexOf(row), 1);
    row.node.remove();
    if (next) this.regroup(next);
    this.settle();
  }

  /** `pending`, `waiting`, `failed`; nothing: it is on the server. */
  mark(id, state) {
    this.change(id, { state });
  }

  /** Who types in the thread under a message. */
  markTyping(id, names) {
    this.change(id, { typing: names });
  }

  change(id, fields) {
    const row = this.rows.get(id);
    if (row) this.render(Object.assign(row, fields));
  }

  /** A line above the first message of others after this time, which stays until the room is left. */
  markFresh(since) {
    this.freshSince = since;
    for (const row of this.ordered) this.regroup(row);
  }

  /** Something of others came, and the reader may not see it. */
  came() {
    if (this.stuck) return;
    this.missed += 1;
    if (!this.batching) this.showNewer();
  }

  /** In the language that holds now. */
  relabel() {
    this.above(this.before);
    this.greet();
    this.batch(() => {
      for (const row of this.rows.values()) {
        row.kind = undefined;
        this.render(row);
      }
    });
  }

  toEnd() {
    this.stuck = true;
    this.missed = 0;
    this.box.scrollTop = this.box.scrollHeight;
    this.showNewer();
    this.on.end();
  }

  /** Runs `change`, which adds messages above, and leaves what is read where it stands. */
  keepPlace(change) {
    const { box } = this;
    const anchor = this.ordered.find(
      ({ node }) => node.getBoundingClientRect().bottom > box.getBoundingClientRect().top,
    );
    const before = anchor?.node.getBoundingClientRect().top;
    const { stuck } = this;
    this.stuck = false;
    change();
    this.stuck = stuck;
    if (anchor) box.scrollTop += anchor.node.getBoundingClientRect().top - before;
  }

  scrolled() {
    const { box } = this;
    const stuck = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
    if (stuck === this.stuck) return;
    this.stuck = stuck;
    if (stuck) {
      this.missed = 0;
      this.on.end();
    }
    this.showNewer();
  }

  showNewer() {
    this.newer.hidden = this.stuck;
    this.newer.classList.toggle('some', this.missed > 0);
    const text = this.missed > 0 ? sayCount('newMessages', this.missed) : say('toEnd');
    this.newer.replaceChildren(icon('down'), text);
  }

  place(row) {
    const { ordered } = this;
    const now = ordered.indexOf(row);
    if (now !== -1) {
      const fits =
        (ordered[now - 1]?.time ?? 0) <= row.time && row.time <= (ordered[now + 1]?.time ?? Infinity);
      if (fits) return;
      ordered.splice(now, 1);
      if (ordered[now]) this.regroup(ordered[now]);
    }
    let at = ordered.length;
    while (at > 0 && ordered[at - 1].time > row.time) at -= 1;
    const next = ordered[at];
    if (next) next.node.before(row.node);
    else this.box.append(row.node);
    ordered.splice(at, 0, row);
  }

  render(row) {
    const { stuck } = this;
    row.render();
    const at = this.ordered.indexOf(row);
    this.regroup(row, at);
    if (this.ordered[at + 1]) this.regroup(this.ordered[at + 1], at + 1);
    if (stuck) this.toEnd();
  }

  /** Messages of one author in a row share one heading; a new day, or the first unread one, begins anew. */
  regroup(row, at = this.ordered.indexOf(row)) {
    const before = this.ordered[at - 1];
    const day = !before || dayOf(before.time) !== dayOf(row.time);
    const fresh = this.isFresh(row) && !(before && this.isFreshBefore(at));
    row.mark({ day, fresh });
    row.article.classList.toggle(
      'grouped',
      !day && !fresh && !before.message.tcount && row.joins(before, GROUP_MS),
    );
  }

  isFresh({ time, message }) {
    return (
      this.freshSince !== undefined &&
      time > this.freshSince &&
      !message.t &&
      message.u.username !== this.context.ownName
    );
  }

  isFreshBefore(at) {
    for (let index = at - 1; index >= 0 && this.ordered[index].time > this.freshSince; index -= 1)
      if (this.isFresh(this.ordered[index])) return true;
    return false;
  }
}
