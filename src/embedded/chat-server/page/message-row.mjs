import { timeOf } from './connection.mjs';
import { actionButton, avatar, iconButton, make, morph } from './dom.mjs';
import { clock, dayName, typingText } from './format.mjs';
import { renderMarkdown } from './markdown.mjs';
import { say, sayCount } from './texts.mjs';

const nameOf = ({ u }) => u.name || u.username;
const SYSTEM = {
  uj: (message) => say('joined', { name: nameOf(message) }),
  ul: (message) => say('left', { name: nameOf(message) }),
  au: (message) => say('added', { name: message.msg, author: nameOf(message) }),
  ru: (message) => say('removed', { name: message.msg, author: nameOf(message) }),
  rm: () => say('deleted'),
};
/** Stands at the end of an answer that is still being written. */
const STILL_WRITING = /\s*▍$/;
/** With these the assistant begins what it says about itself rather than to somebody. */
const NOTICE = /^(⚠️|🔀|⏳|🛑|🆕)/u;

/** One message on the page. Its elements stay the same while it lives; only what differs is touched. */
export class MessageRow {
  /** @param context `{ownName, botName, isRoom, threads, may(action, message)}` */
  constructor(context) {
    this.context = context;
    this.time = 0;
    this.typing = [];
    this.node = make('div', 'row');
    this.marks = make('div', 'marks');
    this.article = make('article', 'message');
    this.article.tabIndex = -1;
    this.node.append(this.marks, this.article);
  }

  get id() {
    return this.message._id;
  }

  get bot() {
    return this.message.u.username === this.context.botName;
  }

  get growing() {
    return this.bot && !this.message.t && STILL_WRITING.test(this.message.msg);
  }

  /** The text as it is meant to be read and copied. */
  get text() {
    return this.bot ? this.message.msg.replace(STILL_WRITING, '') : this.message.msg;
  }

  /** Neither the system nor the assistant about itself: a person's words, or an answer. */
  get plain() {
    return !this.message.t && !this.notice;
  }

  get notice() {
    return !this.message.t && this.bot && NOTICE.test(this.message.msg);
  }

  render() {
    const { message, article, state } = this;
    const kind = message.t ? 'system' : this.notice ? 'notice' : 'words';
    if (kind !== this.kind) this.build(kind);
    article.dataset.id = message._id;
    article.classList.toggle('own', message.u.username === this.context.ownName);
    article.classList.toggle('pending', state === 'pending' || state === 'waiting');
    article.classList.toggle('growing', this.growing);
    // Read aloud once it is whole, not word by word.
    article.setAttribute('aria-busy', String(this.growing));
    if (kind === 'system') {
      this.textBox.textContent = SYSTEM[message.t]?.(message) ?? message.msg;
      return;
    }
    article.setAttribute('aria-label', `${nameOf(message)}, ${clock(message.ts).textContent}`);
    morph(this.head, this.heading(kind));
    const { ownName, isRoom } = this.context;
    renderMarkdown(this.textBox, this.text, { ownName, isRoom, growing: this.growing });
    morph(this.foot, this.footing());
    morph(this.tools, this.toolButtons());
  }

  build(kind) {
    this.kind = kind;
    this.article.className = kind === 'words' ? 'message' : `message ${kind}`;
    if (kind === 'system') {
      this.textBox = make('p');
      this.article.replaceChildren(this.textBox);
      return;
    }
    const body = make('div', 'body');
    this.head = make('header');
    this.textBox = make('div', 'text');
    this.textBox.dir = 'auto';
    this.foot = make('div', 'foot');
    this.tools = make('div', 'tools');
    this.tools.setAttribute('role', 'group');
    body.append(this.head, this.textBox, this.foot);
    const face = avatar(this.message.u, this.bot);
    this.article.replaceChildren(...(kind === 'words' ? [face] : []), body, this.tools);
  }

  heading(kind) {
    const { message } = this;
    const parts = [clock(message.ts)];
    if (kind === 'words') parts.unshift(make('strong', '', nameOf(message)));
    if (message.editedAt && !this.bot) parts.push(make('small', 'edited', say('edited')));
    return parts;
  }

  footing() {
    const { message, state } = this;
    const parts = [];
    const reactions = Object.entries(message.reactions ?? {});
    if (reactions.length > 0) {
      const line = reactions.map(([name, { usernames }]) => `${name} ${usernames.length}`).join('  ');
      parts.push(make('p', 'reactions', line));
    }
    if (state === 'waiting') parts.push(make('p', 'fine', say('waiting')));
    if (state === 'failed') {
      const line = make('p', 'error', `${say('notSent')} `);
      line.append(actionButton('quiet', say('again'), 'again'));
      parts.push(line);
    }
    const answers = [];
    if (message.tcount > 0) answers.push(sayCount('replies', message.tcount));
    if (this.typing.length > 0) answers.push(typingText(this.typing));
    if (this.context.threads && answers.length > 0)
      parts.push(actionButton('replies quiet', answers.join(' · '), 'thread'));
    return parts;
  }

  toolButtons() {
    const { context, message } = this;
    this.tools.setAttribute('aria-label', say('actions'));
    const wanted = [
      context.threads && !this.state && ['reply', 'reply', say('reply'), 'thread'],
      ['copy', 'copy', say('copy'), 'copy'],
      context.may('edit', message) && ['edit', 'edit', say('edit'), 'edit'],
      context.may('delete', message) && ['delete', 'trash', say('delete'), 'delete'],
    ];
    return wanted.filter(Boolean).map((button) => iconButton(...button));
  }

  /** What stands above it: a new day, and where the unread ones begin. */
  mark({ day, fresh }) {
    const marks = [];
    if (day) marks.push(ruler('day', dayName(this.time)));
    if (fresh) marks.push(ruler('fresh', say('newHere')));
    morph(this.marks, marks);
  }

  /** @returns whether it stands close to the one before: the same author, soon after. */
  joins(before, withinMs) {
    return Boolean(
      before?.plain &&
      this.plain &&
      before.message.u._id === this.message.u._id &&
      timeOf(this.message.ts) - timeOf(before.message.ts) < withinMs,
    );
  }
}

function ruler(className, text) {
  const node = make('div', className);
  node.append(make('span', '', text));
  return node;
}
