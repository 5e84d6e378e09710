/** Stands at the end of every part but the last, so that a reader (and a restart) sees that more follows. */
export const MORE_FOLLOWS = '\n\n⤵';
/** Stands at the end of an answer that is still being written. */
export const STILL_WRITING = ' ▍';

/** The longest fence that is closed and opened again; what is longer is decoration, and would leave no room for text. */
const FENCE_MARKS = 11;
const FENCE = new RegExp(`^ {0,3}(\`{3,${FENCE_MARKS}}(?!\`)|~{3,${FENCE_MARKS}}(?!~))(.*)$`);

/**
 * Cuts a text into parts of at most `limit` characters (UTF-16 units, as Rocket.Chat counts), at the end of a paragraph,
 * line, sentence or word. A code fence open at a cut is closed and opened again in the next part. Where the cuts lie
 * depends only on the text before them, so the parts of a growing answer stay as they are.
 */
export function splitAnswer(text: string, limit: number): string[] {
  const room = limit - MORE_FOLLOWS.length;
  if (room < 80) throw new Error(`A part of ${limit} characters is too small to hold an answer`);
  const parts: string[] = [];
  let rest = text;
  let reopened = '';
  for (;;) {
    const whole = reopened + rest;
    if (whole.length <= limit) {
      parts.push(whole);
      return parts;
    }
    // The closing fence needs room as well; the longest is as long as its opening line.
    const cut = cutAt(whole, room - FENCE_MARKS - 1, reopened.length);
    const head = whole.slice(0, cut).trimEnd();
    const fence = openFence(head);
    parts.push(head + (fence ? `\n${fence.marks}` : '') + MORE_FOLLOWS);
    rest = whole.slice(cut).replace(fence ? /^\n/ : /^\s+/, '');
    reopened = fence ? `${fence.line}\n` : '';
  }
}

/** The best place to cut at or before `limit`, always past `least`. */
function cutAt(text: string, limit: number, least: number): number {
  const window = text.slice(0, limit);
  for (const [mark, share] of [
    ['\n\n', 0.5],
    ['\n', 0.5],
    ['. ', 0.6],
    [' ', 0.7],
  ] as const) {
    const at = window.lastIndexOf(mark);
    if (at > least && at >= limit * share) return at + (mark === '. ' ? 1 : 0);
  }
  // Never through a surrogate pair.
  const code = window.charCodeAt(limit - 1);
  return code >= 0xd800 && code <= 0xdbff ? limit - 1 : limit;
}

function openFence(text: string): { line: string; marks: string } | undefined {
  let open: { line: string; marks: string } | undefined;
  for (const line of text.split('\n')) {
    const match = FENCE.exec(line);
    if (!match) continue;
    const marks = match[1] ?? '';
    if (!open) {
      // An opening line as long as a paragraph is no language name: it is not repeated.
      open = { line: line.length <= 40 ? line : marks, marks };
    } else if (marks.startsWith(open.marks) && (match[2] ?? '').trim() === '') open = undefined;
  }
  return open;
}
