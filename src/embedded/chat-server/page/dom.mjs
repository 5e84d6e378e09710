const SVG = 'http://www.w3.org/2000/svg';
const ICONS = {
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M15 5l-7 7 7 7',
  down: 'M12 5v13M6 12l6 6 6-6',
  reply: 'M10 6L4 12l6 6M4 12h9a7 7 0 0 1 7 7',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  check: 'M5 13l5 5L19 7',
  edit: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  help: 'M9 9.5a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2M12 17.6v.2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5',
  auto: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 3v18M12 7h6M12 12h8M12 17h6',
};

export const byId = (id) => document.getElementById(id);

export function make(tag, className = '', text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'sign-icon');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button that says what it is for; whoever holds the list it stands in listens for it. */
export function actionButton(className, text, action) {
  const node = make('button', className, text);
  node.type = 'button';
  node.dataset.action = action;
  return node;
}

/** The same with a picture instead of words. */
export function iconButton(className, name, label, action) {
  const node = actionButton(`icon ${className}`, undefined, action);
  node.append(icon(name));
  entitle(node, label);
  return node;
}

export function entitle(node, label) {
  node.title = label;
  node.setAttribute('aria-label', label);
}

/** Calls `act(action, button)` for every press of an action button within `box`, also of those made later. */
export function onAction(box, act) {
  box.addEventListener('click', (event) => {
    const pressed = event.target.closest('[data-action]');
    if (pressed && box.contains(pressed)) act(pressed.dataset.action, pressed);
  });
}

/** The assistant's is a picture of the style sheet's. */
export function avatar({ username, name }, bot, size = '') {
  const node = make('span', `avatar ${size}${bot ? ' bot' : ''}`, bot ? '' : initial(name || username));
  node.setAttribute('aria-hidden', 'true');
  if (!bot) node.style.setProperty('--hue', String(hue(username)));
  return node;
}

/** Makes the children of `parent` look like `wanted` and keeps what can stay, so that focus and selection survive. */
export function morph(parent, wanted) {
  const present = [...parent.childNodes];
  wanted.forEach((next, index) => {
    const now = present[index];
    if (!now) parent.append(next);
    else morphNode(now, next);
  });
  for (const surplus of present.slice(wanted.length)) surplus.remove();
}

/** @returns the node that stands there now: `now` made alike, or `next` where that cannot be. */
export function morphNode(now, next) {
  if (now.nodeName !== next.nodeName) {
    now.replaceWith(next);
    return next;
  }
  if (now.nodeType === Node.TEXT_NODE) retext(now, next.data);
  else if (!now.isEqualNode(next)) {
    copyAttributes(now, next);
    morph(now, [...next.childNodes]);
  }
  return now;
}

function retext(node, text) {
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else node.data = text;
}

function copyAttributes(now, next) {
  for (const { name } of [...now.attributes]) if (!next.hasAttribute(name)) now.removeAttribute(name);
  for (const { name, value } of next.attributes) {
    // The page's policy forbids style attributes, not styles set by its own scripts.
    if (name === 'style') now.style.cssText = next.style.cssText;
    else if (now.getAttribute(name) !== value) now.setAttribute(name, value);
  }
}

function initial(name) {
  return [...(name || '?')][0].toUpperCase();
}

function hue(name) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)) % 360;
  return sum;
}
