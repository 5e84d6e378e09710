import { timeOf } from './connection.mjs';
import { actionButton, avatar, initial, make, morph, onAction } from './dom.mjs';
import { renderText } from './markup.mjs';
import { say } from './texts.mjs';

const SYSTEM = {
  uj: ({ u }) => say('joined', { name: u.name || u.username }),
  ul: ({ u }) => say('left', { name: u.name || u.username }),
  au: ({ msg, u }) => say('added', { name: msg, author: u.name || u.username }),
  ru: ({ msg, u }) => say('removed', { name: msg, author: u.name || u.username }),
  rm: () => say('deleted'),
};
const GROUP_MS = 5 * 60_000;
/** Stands at the end of an answer that is still being written. */
const STILL_WRITING = /\s*▍$/;
/** With these the assistant begins what it says about itself rather than to somebody. */
const NOTICE = /^(⚠️|🔀|⏳|🛑|🆕)/u;

/** Shows messages in order of time and keeps the end in view while the reader is there. */
export class MessageList {
  constructor(box, { ownName, botName, onThread, onRetry, onSuggestion }) {
    Object.assign(this, { box, ownName, botName, onThread });
    this.rows = new Map();
    this.stuck = true;
    this.clear();
    onAction(box, (action, pressed) => {
      if (action === 'suggest') onSuggestion(pressed.textContent);
      const row = this.rows.get(pressed.closest('.message')?.dataset.id);
      if (row && action === 'thread') onThread(row.message);
      if (row && action === 'again') onRetry(row.message);
    });
    box.addEventListener('keydown', (event) => this.step(event));
    box.addEventListener('scroll', () => (this.stuck = this.atEnd()));
    // A keyboard on the screen, or a thread beside the room, must not push the end out of view.
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(box);
  }

  /** @param greeting what stands here once it is known that there are no messages, and what one might say. */
  clear(greeting = say('empty'), suggestions = []) {
    this.rows.clear();
    this.stuck = true;
    this.empty = make('div', 'empty');
    this.empty.append(make('p', '', greeting));
    for (const text of suggestions) this.empty.append(actionButton('chip', text, 'suggest'));
    this.empty.hidden = true;
    this.box.replaceChildren(this.empty);
  }

  /** Everything that there is has been put. */
  settle() {
    this.empty.hidden = this.rows.size > 0;
  }

  has(id) {
    return this.rows.has(id);
  }

  /** Adds or changes one message. */
  put(message) {
    this.empty.hidden = true;
    let row = this.rows.get(message._id);
    if (!row) {
      row = { time: timeOf(message.ts), node: make('article', 'message') };
      row.node.dataset.id = message._id;
      this.rows.set(message._id, row);
      this.insert(row);
    }
    if (timeOf(message._updatedAt) < timeOf(row.message?._updatedAt)) return;
    row.message = message;
    this.render(row);
    this.regroup(row.node);
    this.regroup(row.node.nextElementSibling);
  }

  remove(id) {
    const row = this.rows.get(id);
    if (!row) return;
    const next = row.node.nextElementSibling;
    row.node.remove();
    this.rows.delete(id);
    this.regroup(next);
    this.settle();
  }

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

  get oldest() {
    return this.ordered()[0]?.message;
  }

  toEnd() {
    this.stuck = true;
    this.box.scrollTop = this.box.scrollHeight;
  }

  atEnd() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 80;
  }

  ordered() {
    return [...this.rows.values()].sort((a, b) => a.time - b.time);
  }

  insert(row) {
    let after = this.box.lastElementChild;
    while (after && after.dataset.id && this.rows.get(after.dataset.id).time > row.time) {
      after = after.previousElementSibling;
    }
    if (after) after.after(row.node);
    else this.box.prepend(row.node);
  }

  /** The list is one stop for the tabulator; the arrows go from message to message. */
  step(event) {
    const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = [...this.box.querySelectorAll('.message [data-action]')];
    const at = stops.indexOf(document.activeElement);
    const next = at === -1 ? (way < 0 ? stops.at(-1) : undefined) : stops[at + way];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /** Messages of one author in a row share one heading. */
  regroup(node) {
    const row = node?.dataset.id && this.rows.get(node.dataset.id);
    if (!row) return;
    const before = this.rows.get(node.previousElementSibling?.dataset.id);
    const { message } = row;
    const same = before?.plain && row.plain && before.message.u._id === message.u._id && !message.tcount;
    node.classList.toggle(
      'grouped',
      Boolean(same && timeOf(message.ts) - timeOf(before.message.ts) < GROUP_MS),
    );
  }

  render(row) {
    const { stuck } = this;
    const { node, message, state } = row;
    const system = message.t && (SYSTEM[message.t]?.(message) ?? message.msg);
    const bot = message.u.username === this.botName;
    const notice = !system && bot && NOTICE.test(message.msg);
    row.plain = !system && !notice;
    node.classList.toggle('system', Boolean(system));
    node.classList.toggle('notice', notice);
    node.classList.toggle('own', message.u.username === this.ownName);
    node.classList.toggle('pending', state === 'pending');
    const growing = row.plain && bot && STILL_WRITING.test(message.msg);
    // Read aloud once it is whole, not word by word.
    node.setAttribute('aria-busy', String(growing));
    if (system) morph(node, [make('p', '', system)]);
    else if (notice) morph(node, [this.noticeBody(row)]);
    else {
      const face = avatar(
        message.u.username,
        bot ? '◆' : initial(message.u.name || message.u.username),
        bot ? 'avatar bot' : 'avatar',
      );
      morph(node, [face, this.body(row, bot, growing)]);
    }
    if (stuck) this.toEnd();
  }

  body(row, bot, growing) {
    const { message, state } = row;
    const body = make('div', 'body');
    const heading = make('header');
    heading.append(make('strong', '', message.u.name || message.u.username), clock(message.ts));
    if (message.editedAt && !bot) heading.append(make('small', '', say('edited')));
    const text = make('div', 'text');
    text.append(...renderText(message.msg.replace(bot ? STILL_WRITING : '', ''), this.ownName, growing));
    body.append(heading, text);
    const reactions = Object.entries(message.reactions ?? {});
    if (reactions.length > 0) {
      const line = reactions.map(([name, { usernames }]) => `${name} ${usernames.length}`).join('  ');
      body.append(make('p', 'reactions', line));
    }
    if (state === 'failed') {
      const line = make('p', 'error', `${say('notSent')} `);
      line.append(roving(actionButton('quiet', say('again'), 'again')));
      body.append(line);
    }
    if (this.onThread) body.append(this.threadLine(row));
    return body;
  }

  noticeBody(row) {
    const body = make('div', 'body');
    body.append(...renderText(row.message.msg, this.ownName), clock(row.message.ts));
    if (this.onThread && row.message.tcount > 0) body.append(this.threadLine(row));
    return body;
  }

  threadLine({ message, typing = [] }) {
    const parts = [];
    if (message.tcount > 0) parts.push(say('replies', { count: message.tcount }));
    if (typing.length > 0) parts.push(typingText(typing));
    if (parts.length > 0) return roving(actionButton('replies quiet', `↳ ${parts.join(' · ')}`, 'thread'));
    const reply = roving(actionButton('reply quiet', '↳', 'thread'));
    reply.title = say('reply');
    reply.setAttribute('aria-label', say('reply'));
    return reply;
  }
}

export function typingText(names) {
  if (names.length === 0) return '';
  return names.length === 1
    ? say('isTyping', { name: names[0] })
    : say('areTyping', { names: names.join(', ') });
}

function roving(node) {
  node.tabIndex = -1;
  return node;
}

function clock(ts) {
  const date = new Date(timeOf(ts));
  const today = new Date().toDateString() === date.toDateString();
  const language = document.documentElement.lang;
  const time = date.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' });
  const node = make('time', '', today ? time : `${date.toLocaleDateString(language)} ${time}`);
  node.dateTime = date.toISOString();
  return node;
}
