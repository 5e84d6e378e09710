const STEPS = { ArrowUp: -1, ArrowDown: 1, Home: -Infinity, End: Infinity };
const ACTIONS = { Enter: 'thread', c: 'copy', e: 'edit', Delete: 'delete' };

/**
 * The list is one stop for the tabulator; the arrows go from message to message, and on a message a key does what its
 * buttons do.
 */
export function addMessageKeys(box) {
  box.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const current = document.activeElement.closest('.message');
    const step = STEPS[event.key];
    if (step !== undefined) {
      const messages = [...box.querySelectorAll('.message')];
      const next = messageAt(messages, current, step);
      if (!next) return;
      event.preventDefault();
      focusMessage(box, next);
    } else if (document.activeElement === current && ACTIONS[event.key]) {
      const button = current.querySelector(`.tools [data-action=${ACTIONS[event.key]}]`);
      if (!button) return;
      event.preventDefault();
      button.click();
    }
  });
  // Of all buttons only those of the message in hand are stops for the tabulator.
  box.addEventListener('focusin', (event) => {
    const current = event.target.closest('.message');
    for (const message of box.querySelectorAll('.message.current')) {
      if (message !== current) mark(message, false);
    }
    if (current) mark(current, true);
  });
  box.addEventListener('click', (event) => {
    const pressed = event.target.closest('.message');
    if (pressed && !event.target.closest('a, button, pre') && getSelection().isCollapsed) pressed.focus();
  });
}

function mark(message, current) {
  message.classList.toggle('current', current);
  message.tabIndex = current ? 0 : -1;
}

function messageAt(messages, current, step) {
  if (!Number.isFinite(step)) return step < 0 ? messages[0] : messages.at(-1);
  const at = messages.indexOf(current);
  if (at === -1) return step < 0 ? messages.at(-1) : undefined;
  return messages[at + step];
}

function focusMessage(box, message) {
  message.focus({ preventScroll: true });
  message.scrollIntoView({ block: 'nearest' });
}
