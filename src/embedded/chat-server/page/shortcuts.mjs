import { byId, make } from './dom.mjs';
import { say } from './texts.mjs';

/** Keys that hold everywhere on the page; in a text field only those with Alt or Escape. */
export function addShortcuts(chat, cores) {
  const withAlt = {
    ArrowUp: () => chat.openNeighbour(-1),
    ArrowDown: () => chat.openNeighbour(1),
    KeyA: () => chat.askAssistant(),
    KeyC: () => cores?.toggle(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
    if (byId('app').hidden) return;
    const act = event.altKey ? withAlt[event.code] : plainKey(event, chat, cores);
    if (!act) return;
    event.preventDefault();
    act();
  });
  byId('help').addEventListener('click', showHelp);
}

function plainKey({ key, target, defaultPrevented }, chat, cores) {
  if (defaultPrevented) return undefined;
  if (key === 'Escape') {
    if (cores?.drawer) return () => cores.close();
    if (chat.thread) return () => chat.leaveThread();
    return target.closest('.messages') ? () => chat.room.composer.focus() : undefined;
  }
  if (target.closest('input, textarea, select')) return undefined;
  if (key === '?') return showHelp;
  if (key === '/') return () => chat.room.composer.field.focus();
  return undefined;
}

function showHelp() {
  const rows = [
    ['?', say('shortcutHelp')],
    ['/', say('shortcutCompose')],
    ['Enter', say('shortcutSend')],
    ['Shift Enter', say('shortcutLine')],
    ['↑', say('shortcutEdit')],
    ['Esc', say('shortcutEscape')],
    ['Alt ↑ ↓', say('shortcutRooms')],
    ['Alt A', say('shortcutAsk')],
    ['Alt C', say('shortcutCores')],
    ['↑ ↓ Home End', say('shortcutMessages')],
    ['Enter C E Del', say('shortcutMessage')],
  ];
  byId('shortcuts').replaceChildren(
    ...rows.flatMap(([keys, meaning]) => {
      const name = make('dt');
      name.append(...keys.split(' ').map((key) => make('kbd', '', key)));
      return [name, make('dd', '', meaning)];
    }),
  );
  byId('help-dialog').showModal();
}
