import { timeOf } from './connection.mjs';
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

/** Shows messages in order of time and keeps the end in view while the reader is there. */
export class MessageList {
  constructor(box, { ownName, botName, onThread, onRetry }) {
    Object.assign(this, { box, ownName, botName, onThread, onRetry });
    this.rows = new Map();
    this.clear();
  }

  clear() {
    this.rows.clear();
    this.box.replaceChildren();
    this.empty = make('p', 'empty', say('empty'));
    this.box.append(this.empty);
  }

  has(id) {
    return this.rows.has(id);
  }

  /** Adds or changes one message. */
  put(message) {
    const stick = this.atEnd();
    this.empty.hidden = true;
    let row = this.rows.get(message._id);
    if (!row) {
      row = { time: timeOf(message.ts), node: make('article', 'message') };
      row.node.dataset.id = message._id;
      this.rows.set(message._id, row);
      this.insert(row);
    }
    if (!(timeOf(message._updatedAt) < timeOf(row.message?._updatedAt))) {
      row.message = message;
      this.render(row);
      this.regroup(row.node);
      this.regroup(row.node.nextElementSibling);
    }
    if (stick) this.toEnd();
  }

  remove(id) {
    const row = this.rows.get(id);
    if (!row) return;
    const next = row.node.nextElementSibling;
    row.node.remove();
    this.rows.delete(id);
    this.regroup(next);
    this.empty.hidden = this.rows.size > 0;
  }

  mark(id, state) {
    const row = this.rows.get(id);
    if (!row) return;
    row.state = state;
    this.render(row);
  }

  /** Who types in the thread under a message. */
  markTyping(id, names) {
    const row = this.rows.get(id);
    if (!row) return;
    row.typing = names;
    this.render(row);
  }

  get oldest() {
    return this.ordered()[0]?.message;
  }

  toEnd() {
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

  /** Messages of one author in a row share one heading. */
  regroup(node) {
    const row = node?.dataset.id && this.rows.get(node.dataset.id);
    if (!row) return;
    const before = this.rows.get(node.previousElementSibling?.dataset.id)?.message;
    const { message } = row;
    const same = before && !before.t && !message.t && before.u._id === message.u._id && !message.tcount;
    node.classList.toggle('grouped', Boolean(same && timeOf(message.ts) - timeOf(before.ts) < GROUP_MS));
  }

  render(row) {
    const { node, message, state, typing } = row;
    const system = message.t && (SYSTEM[message.t]?.(message) ?? message.msg);
    node.classList.toggle('system', Boolean(system));
    node.classList.toggle('own', message.u.username === this.ownName);
    node.classList.toggle('pending', state === 'pending');
    if (system) {
      node.replaceChildren(make('p', '', system));
      return;
    }
    const bot = message.u.username === this.botName;
    const avatar = make('span', bot ? 'avatar bot' : 'avatar', bot ? '◆' : initial(message.u));
    avatar.setAttribute('aria-hidden', 'true');
    avatar.style.setProperty('--hue', String(hue(message.u.username)));
    const body = make('div', 'body');
    const heading = make('header');
    const time = make('time', '', clock(message.ts));
    time.dateTime = new Date(timeOf(message.ts)).toISOString();
    heading.append(make('strong', '', message.u.name || message.u.username), time);
    if (message.editedAt && !bot) heading.append(make('small', '', say('edited')));
    body.append(heading, renderText(message.msg, this.ownName));
    const reactions = Object.entries(message.reactions ?? {});
    if (reactions.length > 0) {
      const line = reactions.map(([name, { usernames }]) => `${name} ${usernames.length}`).join('  ');
      body.append(make('p', 'reactions', line));
    }
    if (state === 'failed') {
      const retry = button('quiet', say('again'), () => this.onRetry(message));
      const line = make('p', 'error', `${say('notSent')} `);
      line.append(retry);
      body.append(line);
    }
    if (this.onThread) body.append(...this.threadLine(message, typing ?? []));
    node.replaceChildren(avatar, body);
  }

  threadLine(message, typing) {
    const count = message.tcount ?? 0;
    if (count === 0 && typing.length === 0) {
      const reply = button('reply quiet', '↳', () => this.onThread(message));
      reply.title = say('reply');
      reply.setAttribute('aria-label', say('reply'));
      return [reply];
    }
    const parts = [];
    if (count > 0) parts.push(say('replies', { count }));
    if (typing.length > 0) parts.push(typingText(typing));
    return [button('replies quiet', `↳ ${parts.join(' · ')}`, () => this.onThread(message))];
  }
}

export function typingText(names) {
  if (names.length === 0) return '';
  return names.length === 1
    ? say('isTyping', { name: names[0] })
    : say('areTyping', { names: names.join(', ') });
}

export function make(tag, className = '', text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export function button(className, text, onClick) {
  const node = make('button', className, text);
  node.type = 'button';
  node.addEventListener('click', onClick);
  return node;
}

export function initial(user) {
  return [...(user.name || user.username || '?')][0].toUpperCase();
}

export function hue(name) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)) % 360;
  return sum;
}

function clock(ts) {
  const date = new Date(timeOf(ts));
  const today = new Date().toDateString() === date.toDateString();
  const time = date.toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
  return today ? time : `${date.toLocaleDateString(document.documentElement.lang)} ${time}`;
}
