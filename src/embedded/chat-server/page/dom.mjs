export function make(tag, className = '', text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/** A button that says what it is for; whoever holds the list it stands in listens for it. */
export function actionButton(className, text, action) {
  const node = make('button', className, text);
  node.type = 'button';
  node.dataset.action = action;
  return node;
}

/** Calls `act(action, button)` for every press of an action button within `box`, also of those made later. */
export function onAction(box, act) {
  box.addEventListener('click', (event) => {
    const pressed = event.target.closest('[data-action]');
    if (pressed && box.contains(pressed)) act(pressed.dataset.action, pressed);
  });
}

export function avatar(name, shown, className) {
  const node = make('span', className, shown);
  node.setAttribute('aria-hidden', 'true');
  node.style.setProperty('--hue', String(hue(name)));
  return node;
}

/** Makes the children of `parent` look like `wanted` and keeps what can stay, so that focus and selection survive. */
export function morph(parent, wanted) {
  const present = [...parent.childNodes];
  wanted.forEach((next, index) => {
    const now = present[index];
    if (!now) parent.append(next);
    else if (now.nodeName !== next.nodeName) now.replaceWith(next);
    else if (now.nodeType === Node.TEXT_NODE) retext(now, next.data);
    else if (!now.isEqualNode(next)) {
      copyAttributes(now, next);
      morph(now, [...next.childNodes]);
    }
  });
  for (const surplus of present.slice(wanted.length)) surplus.remove();
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

export function initial(name) {
  return [...(name || '?')][0].toUpperCase();
}

function hue(name) {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)) % 360;
  return sum;
}
