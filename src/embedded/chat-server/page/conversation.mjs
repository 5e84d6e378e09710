import { byId } from './dom.mjs';
import { Composer } from './composer.mjs';
import { addMessageKeys } from './message-keys.mjs';
import { MessageList } from './message-list.mjs';
import { toast } from './preferences.mjs';
import { failure, say } from './texts.mjs';

const MINUTE_MS = 60_000;

/** A list of messages with the field under it: the room's, or the thread's. What both can do stands here. */
export class Conversation {
  /**
   * @param names ids of the page's elements: `{box, newer, form, typing}`
   * @param shared `{rest, config, me, outbox, drafts, isRoom}`
   * @param on `{thread(row), room(name), typing(active), end(), suggestion(text)}`
   */
  constructor(names, shared, on) {
    Object.assign(this, { shared, on });
    const { me, config, isRoom } = shared;
    this.typingLine = byId(names.typing);
    this.list = new MessageList(
      byId(names.box),
      byId(names.newer),
      {
        ownName: me.username,
        botName: config.botUsername,
        isRoom,
        threads: on.thread !== undefined,
        may: (action, message) => this.may(action, message),
      },
      {
        action: (action, row, button) => this.act(action, row, button),
        suggestion: (text) => on.suggestion?.(text),
        end: () => on.end(),
      },
    );
    addMessageKeys(this.list.box);
    this.composer = new Composer(byId(names.form), config.maxMessageLength, {
      send: (text) => shared.outbox.write(this.room.rid, text, this.threadId),
      edit: (message, text) => this.change(message, text),
      editLast: () => this.editLast(),
      typing: (active) => on.typing(active),
      draft: (text) => shared.drafts.set(this.place, text),
    });
  }

  /** Another room or thread: empty, with the draft that was left there. */
  open(room, threadId, greeting) {
    Object.assign(this, { room, threadId });
    this.list.clear(greeting);
    this.composer.open(room ? this.shared.drafts.get(this.place) : '');
  }

  get place() {
    return this.threadId ?? this.room?.rid;
  }

  may(action, message) {
    const { me, config } = this.shared;
    if (message.u._id !== me._id || message.t) return false;
    // What is still here can be taken back by anybody, and has no other version yet.
    if (this.list.get(message._id)?.state) return action === 'delete';
    if (action === 'delete') return me.roles.some((role) => config.deleteOwnRoles?.includes(role));
    const age = Date.now() - (this.list.get(message._id)?.time ?? 0);
    return Boolean(config.editing) && (!config.editMinutes || age < config.editMinutes * MINUTE_MS);
  }

  act(action, row, button) {
    if (action === 'copy-code') void copy(button.parentElement.querySelector('code').textContent);
    else if (action === 'room') this.on.room(button.dataset.name);
    else if (!row) return;
    else if (action === 'thread') this.on.thread?.(row);
    else if (action === 'again') this.shared.outbox.again(row.id);
    else if (action === 'copy') void copy(row.text);
    else if (action === 'edit') this.composer.edit(row.message);
    else if (action === 'delete') void this.remove(row);
  }

  editLast() {
    const last = this.list.ordered.findLast(({ message, state }) => !state && this.may('edit', message));
    if (last) this.composer.edit(last.message);
    return last !== undefined;
  }

  /** @returns whether it is changed */
  async change({ _id: msgId, rid: roomId }, text) {
    try {
      const { message } = await this.shared.rest.post('chat.update', {
        roomId,
        msgId,
        text,
        previewUrls: [],
      });
      this.list.put(message);
      return true;
    } catch (error) {
      toast(failure(error));
      return false;
    }
  }

  async remove({ message, text }) {
    if (!(await confirmed(text))) return;
    if (this.shared.outbox.take(message._id)) {
      this.list.remove(message._id);
      this.composer.focus();
      return;
    }
    try {
      await this.shared.rest.post('chat.delete', { roomId: message.rid, msgId: message._id });
      // A thread's first message stays behind as a mark; the server tells which of the two it is.
      if (!(message.tcount > 0)) this.list.remove(message._id);
    } catch (error) {
      toast(failure(error));
    }
    this.composer.focus();
  }

  /** A message on its way, arrived, or `gone` before it was on its way. */
  show(message, state) {
    if (state === 'gone') {
      if (!this.list.get(message._id)?.message._updatedAt) this.list.remove(message._id);
      return;
    }
    const { row, added } = this.list.put(message);
    // It has arrived, though the answer that said so was lost.
    if (state && row.message._updatedAt) return;
    if (row.state !== state) this.list.mark(message._id, state);
    if (added) this.list.toEnd();
  }
}

function confirmed(text) {
  const dialog = byId('delete-dialog');
  byId('delete-text').textContent = text.length > 200 ? `${text.slice(0, 200)} …` : text;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'delete'), { once: true });
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(say('copied'));
  } catch {
    // Only safe origins have the clipboard; elsewhere a selection is copied.
    toast(say(copySelected(text) ? 'copied' : 'notCopied'));
  }
}

function copySelected(text) {
  const field = document.createElement('textarea');
  const focused = document.activeElement;
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  focused?.focus();
  return done;
}
