import { say } from './texts.mjs';

const TYPING_RENEW_MS = 5000;
const TYPING_STOP_MS = 4000;
const MAX_HEIGHT = 240;

/** A text field that sends with Enter, grows with its text, and tells when somebody types. */
export class Composer {
  constructor(form, { maxLength, onSend, onTyping }) {
    this.form = form;
    this.field = form.querySelector('textarea');
    this.button = form.querySelector('button');
    Object.assign(this, { maxLength, onSend, onTyping });
    this.typingSince = 0;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener('input', () => this.changed());
  }

  get value() {
    return this.field.value;
  }

  set value(text) {
    this.field.value = text;
    this.fit();
  }

  set hint(text) {
    this.field.placeholder = text;
  }

  focus() {
    if (matchMedia('(pointer: fine)').matches) this.field.focus();
  }

  submit() {
    const text = this.field.value.trim();
    if (text === '' || this.field.value.length > this.maxLength) return;
    this.value = '';
    this.stopTyping();
    this.onSend(text);
  }

  changed() {
    this.fit();
    if (this.field.value.trim() === '') {
      this.stopTyping();
      return;
    }
    if (Date.now() - this.typingSince > TYPING_RENEW_MS) {
      this.typingSince = Date.now();
      this.onTyping(true);
    }
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.stopTyping(), TYPING_STOP_MS);
  }

  stopTyping() {
    clearTimeout(this.quiet);
    if (this.typingSince === 0) return;
    this.typingSince = 0;
    this.onTyping(false);
  }

  fit() {
    const { style } = this.field;
    style.height = 'auto';
    const wanted = this.field.scrollHeight;
    // Nothing is measured while the field is hidden.
    if (wanted > 0) style.height = `${Math.min(wanted + 2, MAX_HEIGHT)}px`;
    style.overflowY = wanted + 2 > MAX_HEIGHT ? 'auto' : 'hidden';
    const over = this.field.value.length - this.maxLength;
    this.button.disabled = over > 0;
    this.button.textContent = over > 0 ? say('tooLong', { over }) : say('send');
  }
}

/** Who types where; an entry that is not renewed ends by itself. */
export class TypingBoard {
  constructor(onChange) {
    this.onChange = onChange;
    this.timers = new Map();
  }

  set(roomId, threadId, name, active) {
    const key = JSON.stringify([roomId, threadId ?? '', name]);
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    if (active)
      this.timers.set(
        key,
        setTimeout(() => this.set(roomId, threadId, name, false), 15_000),
      );
    this.onChange(roomId, threadId);
  }

  names(roomId, threadId) {
    return [...this.timers.keys()]
      .map((key) => JSON.parse(key))
      .filter(([room, thread]) => room === roomId && thread === (threadId ?? ''))
      .map(([, , name]) => name);
  }

  clear() {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
