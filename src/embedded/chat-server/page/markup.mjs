/** Message text as DOM nodes: fenced code, `code`, **bold**, links and @mentions. Nothing is ever parsed as HTML. */
export function renderText(text, ownName) {
  const fragment = document.createDocumentFragment();
  for (const part of splitFences(text)) {
    if (part.code !== undefined) {
      const pre = element('pre');
      pre.append(element('code', part.code));
      fragment.append(pre);
    } else if (part.text.trim() !== '') {
      const paragraph = element('p');
      paragraph.append(...inline(part.text.replace(/^\n+|\n+$/g, ''), ownName));
      fragment.append(paragraph);
    }
  }
  return fragment;
}

/** A fence left open (an answer still growing) reaches to the end. */
export function splitFences(text) {
  const parts = [];
  let rest = text;
  for (;;) {
    const open = /(^|\n)[ \t]*```[^\n`]*(\n|$)/.exec(rest);
    if (!open) {
      if (rest !== '') parts.push({ text: rest });
      return parts;
    }
    if (open.index > 0) parts.push({ text: rest.slice(0, open.index) });
    const body = rest.slice(open.index + open[0].length);
    const close = /(^|\n)[ \t]*```[ \t]*(?=\n|$)/.exec(body);
    parts.push({ code: close ? body.slice(0, close.index) : body });
    if (!close) return parts;
    rest = body.slice(close.index + close[0].length);
  }
}

const INLINE =
  /`([^`\n]+)`|\*\*([^\n]+?)\*\*|(https?:\/\/[^\s<>"'`]+[^\s<>"'`.,:;!?)\]])|(?<![\w@])@([\w.-]*\w)/g;

function* inline(text, ownName) {
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) yield text.slice(from, match.index);
    from = match.index + match[0].length;
    const [whole, code, bold, link, name] = match;
    if (code !== undefined) yield element('code', code);
    else if (bold !== undefined) {
      const strong = element('strong');
      strong.append(...inline(bold, ownName));
      yield strong;
    } else if (link !== undefined) {
      const anchor = element('a', whole);
      anchor.href = link;
      anchor.target = '_blank';
      anchor.rel = 'noopener noreferrer';
      yield anchor;
    } else {
      const mention = element('span', whole);
      mention.className = name === ownName ? 'mention own' : 'mention';
      yield mention;
    }
  }
  if (from < text.length) yield text.slice(from);
}

function element(tag, text) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  return made;
}
