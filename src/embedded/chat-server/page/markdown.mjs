import { getDefaults, Lexer, Tokenizer } from '/vendor/marked.mjs';
import { closed, withoutHalfEnd } from './growing.mjs';
import { blockNode } from './markdown-nodes.mjs';
import { make, morphNode } from './dom.mjs';

/** So long, so many blocks, or so many quotes or lists one within another, and a text is shown as it is. */
const LONGEST = 10_000;
const MOST_BLOCKS = 500;
const TOO_DEEP = /^[ \t]*(?:>[ \t]*|[-*+][ \t]+|\d{1,9}[.)][ \t]+){12,}/m;
/**
 * So slow so often in a row, and what a growing text gains is shown as it is until the text is whole. One slow turn
 * says nothing: the machine may be busy.
 */
const TOO_SLOW_MS = 300;
const TOO_OFTEN = 3;

/** HTML is text like any other, and so are indented lines, underlined headings and references. */
class ChatTokenizer extends Tokenizer {
  html() {}
  tag() {}
  code() {}
  lheading() {}
  def() {}
  reflink() {}
}

const options = { ...getDefaults(), gfm: true, breaks: true };
const lexer = () => new Lexer({ ...options, tokenizer: new ChatTokenizer() });
const sources = new WeakMap();
/** By box: `{runs, text, blocks}`, how often in a row it was slow, and what stood then. */
const slow = new WeakMap();

/**
 * Shows a message's text in `box`, touching only the blocks that are new or have changed.
 * @param context `{ownName, isRoom(name), growing}`
 */
export function renderMarkdown(box, text, context) {
  const begin = performance.now();
  const blocks = (context.growing && continued(slow.get(box), text)) || blocksOf(text, context.growing);
  const grows = context.growing ? Math.max(0, blocks.length - 1) : -1;
  if (context.growing && blocks.length === 0) blocks.push(plain(''));
  blocks.forEach((block, index) => {
    const source = `${block.type} ${block.raw}${index === grows ? '\0' : ''}`;
    const now = box.children[index];
    if (now && sources.get(now) === source) return;
    const next = blockNode(block, context);
    if (index === grows) endOf(next).append(cursor());
    if (!now) box.append(next);
    sources.set(now ? morphNode(now, next) : next, source);
  });
  while (box.children.length > blocks.length) box.lastElementChild.remove();
  const runs = performance.now() - begin > TOO_SLOW_MS ? (slow.get(box)?.runs ?? 0) + 1 : 0;
  if (slow.get(box)?.blocks) return;
  const stood = runs >= TOO_OFTEN && context.growing && blocks.length > 0;
  slow.set(box, stood ? { runs, blocks, text: withoutHalfEnd(text) } : { runs });
}

/** What stood when it had become too slow, and as it is what came since; nothing where that does not fit. */
function continued(stood, text) {
  if (!stood?.blocks || !text.startsWith(stood.text)) return undefined;
  return text === stood.text ? stood.blocks : [...stood.blocks, plain(text.slice(stood.text.length))];
}

/** The blocks as marked's lexer sees them, without the empty space between. */
export function blocksOf(text, growing = false) {
  if (text.length > LONGEST || TOO_DEEP.test(text)) return [plain(text)];
  try {
    const blocks = lexer().lex(growing ? withoutHalfEnd(text) : text);
    if (growing) closeLast(blocks);
    const shown = blocks.filter(({ type }) => type !== 'space');
    return shown.length > MOST_BLOCKS ? [plain(text)] : shown;
  } catch {
    return [plain(text)];
  }
}

const plain = (text) => ({ type: 'plain', raw: text });

function closeLast(blocks) {
  const leaf = lastLeaf(blocks);
  if (!leaf) return;
  const text = closed(leaf.text);
  if (text !== leaf.text) leaf.tokens = lexer().inlineTokens(text);
}

/** Where the text grows: the last thing that holds inline text. */
function lastLeaf(tokens) {
  const last = tokens.findLast(({ type }) => type !== 'space');
  switch (last?.type) {
    case 'list':
      return lastLeaf(last.items);
    case 'list_item':
    case 'blockquote':
      return lastLeaf(last.tokens);
    case 'table':
      return (last.rows.at(-1) ?? last.header).findLast(({ text }) => text !== '');
    case 'paragraph':
    case 'heading':
    case 'text':
      return last;
    default:
      return undefined;
  }
}

function cursor() {
  const node = make('span', 'cursor');
  node.setAttribute('aria-hidden', 'true');
  return node;
}

const HOLDERS = /^(?:P|UL|OL|LI|BLOCKQUOTE|PRE|TABLE|TBODY|TR|TD|DIV)$/;

function endOf(node) {
  let end = node;
  for (let inner; (inner = end.lastElementChild); end = inner) {
    if (!HOLDERS.test(inner.nodeName) && end.nodeName !== 'PRE') break;
  }
  return end;
}
