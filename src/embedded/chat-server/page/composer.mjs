import { say, sayCount } from './texts.mjs';

const TYPING_RENEW_MS = 5000;
const TYPING_STOP_MS = 4000;
const MAX_HEIGHT = 240;

/**
 * A text field that sends with Enter, grows with its text, tells when somebody types, and changes what was sent:
 * while it does, the draft waits aside.
 */
export class Composer {
  /** @param on `{send(text), edit(message, text): Promise<boolean>, editLast(), typing(active), draft(text)}` */
  constructor(form, maxLength, on) {
    Object.assign(this, { form, maxLength, on });
    this.field = form.querySelector('textarea');
    this.button = form.querySelector('button[type=submit]');
    this.bar = form.querySelector('.editing');
    this.typingSince = 0;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    this.bar.querySelector('.cancel').addEventListener('click', () => this.cancelEdit());
    this.field.addEventListener('keydown', (event) => this.key(event));
    this.field.addEventListener('input', () => this.changed());
    this.fit();
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
    this.field.setAttribute('aria-label', text);
  }

  /** On a touch screen the keyboard comes when it is asked for. */
  focus() {
    if (matchMedia('(pointer: fine)').matches) this.field.focus();
  }

  /** Another place: nothing of the last one stays but its draft, which is kept elsewhere. */
  open(draft) {
    this.stopTyping();
    this.leaveEdit();
    this.value = draft;
  }

  edit(message) {
    if (!this.editing) this.aside = this.value;
    this.editing = message;
    this.bar.hidden = false;
    this.form.classList.add('changes');
    this.value = message.msg;
    this.field.focus();
    this.field.setSelectionRange(this.value.length, this.value.length);
  }

  cancelEdit() {
    if (!this.editing) return false;
    this.endEdit();
    this.field.focus();
    return true;
  }

  leaveEdit() {
    this.editing = undefined;
    this.aside = '';
    this.bar.hidden = true;
    this.form.classList.remove('changes');
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === 'Escape' && this.cancelEdit()) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'ArrowUp' && this.value === '' && !event.altKey) {
      if (this.on.editLast()) event.preventDefault();
    }
  }

  submit() {
    const text = this.value.trim();
    if (text === '' || this.value.length > this.maxLength) return;
    this.stopTyping();
    if (this.editing) {
      void this.save(this.editing, text);
      return;
    }
    this.value = '';
    this.on.draft('');
    this.on.send(text);
  }

  /** What could not be saved stays in the field. */
  async save(editing, text) {
    if (this.saving === editing) return;
    this.saving = editing;
    const done = text === editing.msg || (await this.on.edit(editing, text));
    this.saving = undefined;
    if (!done || this.editing !== editing) return;
    if (this.value.trim() === text) this.endEdit();
    else this.editing = { ...editing, msg: text };
  }

  endEdit() {
    const { aside } = this;
    this.leaveEdit();
    this.value = aside;
  }

  changed() {
    this.fit();
    if (this.editing) return;
    this.on.draft(this.value);
    if (this.value.trim() === '') {
      this.stopTyping();
      return;
    }
    if (Date.now() - this.typingSince > TYPING_RENEW_MS) {
      this.typingSince = Date.now();
      this.on.typing(true);
    }
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.stopTyping(), TYPING_STOP_MS);
  }

  stopTyping() {
    clearTimeout(this.quiet);
    if (this.typingSince === 0) return;
    this.typingSince = 0;
    this.on.typing(false);
  }

  fit() {
    const { style } = this.field;
    style.height = 'auto';
    const wanted = this.field.scrollHeight;
    // Nothing is measured while the field is hidden.
    if (wanted > 0) style.height = `${Math.min(wanted + 2, MAX_HEIGHT)}px`;
    style.overflowY = wanted + 2 > MAX_HEIGHT ? 'auto' : 'hidden';
    const over = this.value.length - this.maxLength;
    this.button.disabled = over > 0 || this.value.trim() === '';
    this.button.textContent =
      over > 0 ? sayCount('tooLong', over, { over }) : say(this.editing ? 'save' : 'send');
  }
}
