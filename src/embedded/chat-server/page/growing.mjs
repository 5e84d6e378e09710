/**
 * A text that is still being written ends in half marks: `**bo`, `[a link](http`, the head of a table. Shown as they
 * are, their signs would be taken back with the next words. What is here hides such an end, or closes what it opened.
 */

const HALF_END = /(?:[*`_~\\]+|!?\[|(?<=^|\n)[ \t]*(?:[-•#*+>|]+|\d{1,9}[.)]?)[ \t]*)$/;
const ROW = /^\s*\|/;
const TASK = /^\[[ xX]?\]?\s*$/;
const LINK_END = /!?\[[^\]]*(?:\](?:\([^)]*)?)?$|<(?:https?:|mailto:)[^>\s]*$/;
/** A bracket that is not closed within so many signs is no link. */
const LONGEST_LINK = 400;
/** Nobody means so many marks one within another. */
const MOST_OPEN = 8;
const PIECES = /\\.|(`+)|(\*+|_+|~~)/gs;

/** The text without an end of which it cannot be known what it will be. */
export function withoutHalfEnd(text) {
  return withoutTableHead(text.replace(HALF_END, ''));
}

function withoutTableHead(text) {
  const lines = text.split('\n');
  const ended = lines.at(-1) === '';
  if (ended) lines.pop();
  let from = lines.length;
  while (from > 0 && ROW.test(lines[from - 1])) from -= 1;
  const whole = lines.length - from - (ended ? 0 : 1);
  return from === lines.length || whole >= 2 ? text : lines.slice(0, from).join('\n');
}

/** One run of inline text with everything closed that it has opened. */
export function closed(text) {
  if (TASK.test(text)) return '';
  const link = LINK_END.exec(text.slice(-LONGEST_LINK));
  const kept = link ? text.slice(0, text.length - link[0].length) : text;
  const { ends, code } = openedIn(kept);
  return ends === '' ? kept : (code ? kept : kept.trimEnd()) + ends;
}

function openedIn(text) {
  const open = [];
  PIECES.lastIndex = 0;
  for (let piece; (piece = PIECES.exec(text));) {
    const [run, ticks, marks] = piece;
    const after = piece.index + run.length;
    if (ticks) {
      const end = endOfCode(text, after, ticks);
      if (end === -1) return { ends: ticks + endsOf(open), code: true };
      PIECES.lastIndex = end;
    } else if (marks) weigh(open, marks, text[piece.index - 1] ?? ' ', text[after] ?? ' ');
  }
  return { ends: endsOf(open), code: false };
}

function endOfCode(text, from, ticks) {
  for (const { 0: run, index } of text.slice(from).matchAll(/`+/g)) {
    if (run.length === ticks.length) return from + index + run.length;
  }
  return -1;
}

/** Closes what a run of marks can close; else opens what it can open. Within a word it is no mark. */
function weigh(open, marks, before, after) {
  const last = open.at(-1);
  if (last && last[0] === marks[0] && !/\s/.test(before)) {
    open.pop();
    if (last.length > marks.length) open.push(last.slice(marks.length));
  } else if (!/\s/.test(after) && !/[\p{L}\p{N}_]/u.test(before)) open.push(marks);
}

const endsOf = (open) => (open.length > MOST_OPEN ? '' : open.toReversed().join(''));
