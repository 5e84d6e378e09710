const ITEM = /^([ \t]*)(?:([-*•])|(\d{1,3}[.)]))[ \t]+(?=\S)/;
const HEADING = /^#{1,6}[ \t]+(?=\S)/;
const DEEPEST = 3;

/**
 * Message text as DOM nodes: fenced code, lists, headings, `code`, **bold**, _italic_, links and @mentions. Nothing is
 * ever parsed as HTML. A text still `growing` ends with a cursor.
 */
export function renderText(text, ownName, growing = false) {
  const nodes = [];
  const parts = splitFences(growing ? withoutHalfMarks(text) : text);
  for (const [index, part] of parts.entries()) {
    if (part.code !== undefined) {
      const pre = element('pre');
      pre.append(element('code', part.code));
      nodes.push(pre);
    } else {
      const last = growing && index === parts.length - 1;
      nodes.push(...blocks(last ? closeMarks(part.text) : part.text, ownName));
    }
  }
  if (growing) {
    if (nodes.length === 0) nodes.push(element('p'));
    const end = nodes.at(-1);
    const cursor = element('span');
    cursor.className = 'cursor';
    cursor.setAttribute('aria-hidden', 'true');
    (end.querySelector(':scope > code:only-child') ?? end).append(cursor);
  }
  return nodes;
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

/** The end of a growing text may be half a mark; shown, it would be taken back with the next word. */
export function withoutHalfMarks(text) {
  return text.replace(/(?:[*`_]+|(?<=^|\n)[ \t]*(?:[-•#*]+|\d{1,3}[.)]?)[ \t]*)$/, '');
}

/** What the last line of a growing text has opened counts as closed at its end. */
export function closeMarks(text) {
  const line = text.slice(text.lastIndexOf('\n') + 1).replace(/`[^`]+`/g, '');
  const [outside, code] = line.split('`');
  const rest = outside.replace(/\*\*(?=\S).+?\*\*/g, '');
  const italic = /(?<![\w_])_(?=\S)/.test(rest.replace(/(?<![\w_])_(?=\S)[^_]+_(?![\w_])/g, ''));
  const bold = /\*\*(?=\S|$)/.test(rest);
  return text + (code === undefined ? '' : '`') + (italic ? '_' : '') + (bold ? '**' : '');
}

function* blocks(text, ownName) {
  let plain = [];
  const paragraph = function* () {
    const joined = plain.join('\n').replace(/^\s*\n|\s+$/g, '');
    plain = [];
    if (joined.trim() !== '') yield block('', joined, ownName);
  };
  for (const line of text.split('\n')) {
    const item = ITEM.exec(line);
    const heading = HEADING.exec(line);
    if (!item && !heading) {
      if (line.trim() !== '') plain.push(line);
      else yield* paragraph();
      continue;
    }
    yield* paragraph();
    if (heading) yield block('heading', line.slice(heading[0].length), ownName);
    else {
      const [mark, indent, bullet, number] = item;
      const node = block('item', `${bullet ? '•' : number} ${line.slice(mark.length)}`, ownName);
      const depth = Math.min(DEEPEST, Math.floor(indent.replaceAll('\t', '    ').length / 2));
      if (depth > 0) node.dataset.depth = String(depth);
      yield node;
    }
  }
  yield* paragraph();
}

function block(className, text, ownName) {
  const paragraph = element('p');
  if (className) paragraph.className = className;
  paragraph.append(...inline(text, ownName));
  return paragraph;
}

const INLINE =
  /`([^`\n]+)`|\*\*(?=\S)([^\n]+?)\*\*|(?<![\w_])_(?=\S)([^_\n]+)_(?![\w_])|(https?:\/\/[^\s<>"'`]+[^\s<>"'`.,:;!?)\]])|(?<![\w@])@([\w.-]*\w)/g;

function* inline(text, ownName) {
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) yield text.slice(from, match.index);
    from = match.index + match[0].length;
    const [whole, code, bold, italic, link, name] = match;
    if (code !== undefined) yield element('code', code);
    else if (bold !== undefined || italic !== undefined) {
      const strong = element(bold === undefined ? 'em' : 'strong');
      strong.append(...inline(bold ?? italic, ownName));
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
