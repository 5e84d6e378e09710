import { actionButton, iconButton, make } from './dom.mjs';
import { say } from './texts.mjs';

const SAFE_LINK = /^(?:https?:\/\/|mailto:)/i;
const NAMES = /(?<![\w@./-])@([\w.-]*\w)|(?<![\w#/&])#([\w.-]*\w)/g;
const DEEPEST = 16;
/** Signs that turn the direction of what follows them, or are not seen at all. */
const DISGUISE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

/** One block token of marked's lexer as an element. Text becomes text nodes only; nothing is ever parsed as HTML. */
export function blockNode(token, context, depth = 0) {
  if (depth > DEEPEST) return make('p', '', token.raw);
  switch (token.type) {
    case 'heading':
      return heading(token, context);
    case 'code':
      return codeBlock(token);
    case 'blockquote':
      return withBlocks(make('blockquote'), token.tokens, context, depth);
    case 'list':
      return list(token, context, depth);
    case 'table':
      return table(token, context);
    case 'hr':
      return make('hr');
    case 'paragraph':
    case 'text':
      return withInline(make('p'), token, context);
    default:
      return make('p', 'plain', token.raw);
  }
}

function heading(token, context) {
  const node = withInline(make('p', 'heading'), token, context);
  node.dataset.level = String(token.depth);
  node.role = 'heading';
  // Below the page's own headings.
  node.ariaLevel = String(Math.min(6, token.depth + 2));
  return node;
}

function withInline(node, token, context) {
  node.append(...inline(token.tokens ?? [{ type: 'text', text: token.text }], context));
  return node;
}

function withBlocks(node, tokens, context, depth) {
  const blocks = tokens.filter(({ type }) => type !== 'space');
  node.append(...blocks.map((block) => blockNode(block, context, depth + 1)));
  return node;
}

function codeBlock({ text, lang }) {
  const box = make('div', 'code');
  const language = /^[\w+#.-]{1,20}/.exec(lang ?? '')?.[0];
  if (language) box.dataset.lang = language;
  const pre = make('pre');
  pre.tabIndex = 0;
  pre.append(make('code', '', text));
  box.append(iconButton('copy-code', 'copy', say('copyCode'), 'copy-code'), pre);
  return box;
}

function list({ ordered, start, items }, context, depth) {
  const node = make(ordered ? 'ol' : 'ul');
  if (ordered && start > 1) node.start = start;
  for (const item of items) {
    const row = make('li');
    const tokens = item.tokens.filter(({ type }) => type !== 'checkbox');
    if (item.task) row.append(checkbox(item.checked));
    node.append(withBlocks(row, tokens, context, depth));
  }
  return node;
}

function checkbox(checked) {
  const box = make('input');
  box.type = 'checkbox';
  box.disabled = true;
  if (checked) box.setAttribute('checked', '');
  box.setAttribute('aria-label', say(checked ? 'done' : 'notDone'));
  return box;
}

function table({ header, rows }, context) {
  const box = make('div', 'table');
  const node = make('table');
  const head = make('thead');
  const body = make('tbody');
  head.append(line(header, 'th', context));
  body.append(...rows.map((row) => line(row, 'td', context)));
  node.append(head, body);
  box.append(node);
  box.tabIndex = 0;
  return box;
}

function line(cells, tag, context) {
  const row = make('tr');
  for (const cell of cells) {
    const node = make(tag);
    if (cell.align) node.className = cell.align;
    node.append(...inline(cell.tokens, context));
    row.append(node);
  }
  return row;
}

function inline(tokens, context, depth = 0) {
  if (depth > DEEPEST) return tokens.map(({ raw }) => raw);
  const within = (token, tag) => {
    const node = make(tag);
    node.append(...inline(token.tokens, context, depth + 1));
    return node;
  };
  return tokens.flatMap((token) => {
    switch (token.type) {
      case 'strong':
      case 'em':
      case 'del':
        return [within(token, token.type)];
      case 'codespan':
        return [make('code', '', token.text)];
      case 'checkbox':
        return [];
      case 'br':
        return [make('br')];
      case 'link':
        return link(token, inline(token.tokens, { ...context, plain: true }, depth + 1));
      case 'image':
        return link(token, [token.text || say('image')]);
      case 'text':
        return token.tokens ? inline(token.tokens, context, depth + 1) : names(token.text, context);
      default:
        return [token.text ?? token.raw];
    }
  });
}

/** Only addresses that open a page or a letter become links; where the shown text hides the address, it is told. */
function link({ href, raw }, shown) {
  if (!SAFE_LINK.test(href) || !URL.canParse(href) || DISGUISE.test(href)) return [raw];
  const anchor = make('a');
  anchor.append(...shown);
  anchor.href = href;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  if (anchor.textContent !== href) anchor.title = href;
  return [anchor];
}

function names(text, { ownName, isRoom, plain }) {
  if (plain) return [text];
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(NAMES)) {
    const [whole, person, room] = match;
    if (room !== undefined && !isRoom?.(room)) continue;
    if (match.index > from) parts.push(text.slice(from, match.index));
    from = match.index + whole.length;
    parts.push(mention(whole, person, room, ownName));
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function mention(whole, person, room, ownName) {
  const ours = [ownName, 'all', 'here'].includes(person);
  if (room === undefined) return make('span', ours ? 'mention own' : 'mention', whole);
  const node = actionButton('mention', whole, 'room');
  node.dataset.name = room;
  return node;
}
