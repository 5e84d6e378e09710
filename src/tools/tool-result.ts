import type { ToolAnswer } from '../mcp/mcp-session';

/** About 1,500 tokens. */
export const LONGEST_RESULT = 4_500;
/** What is kept to be read on in. */
const LONGEST_KEPT = 200_000;
/** Controls, what joins or turns letters unseen, private use, tags, line separators: nothing that a person would see. */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The text of an answer; what is no text is named. */
export function textOf({ content, structured }: ToolAnswer): string {
  const parts = content.map(({ type, text, bytes }) =>
    text !== undefined ? text : `[${type}, ${bytes} bytes, not shown]`,
  );
  const text = parts.join('\n');
  return cleaned(text === '' && structured !== undefined ? JSON.stringify(structured) : text).slice(
    0,
    LONGEST_KEPT,
  );
}

/** Without anything unseen, and without what could end the wrapping. */
export function cleaned(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(UNSEEN, '')
    .replace(/<(\/?)(tool_result|\|)/gi, '‹$1$2')
    .replace(/(\|)>/g, '$1›');
}

/** One piece of a kept text, with the words that say how to read on. */
export function excerpt(text: string, handle: string, offset = 0): { text: string; cut: boolean } {
  const begin = Math.max(0, Math.min(Math.trunc(offset), text.length));
  const piece = text.slice(begin, begin + LONGEST_RESULT);
  const left = text.length - begin - piece.length;
  if (left <= 0) return { text: piece, cut: false };
  const on = `… truncated, ${left} more characters: call read_on with handle "${handle}" and offset ${begin + piece.length}`;
  return { text: `${piece}\n${on}`, cut: true };
}

/** As it goes to the model: what a component said is data, and where it comes from stands around it. */
export function wrapped(text: string, origin: { component: string; tool: string }): string {
  const plain = (name: string): string =>
    cleaned(name)
      .replace(/[^\w./@ -]/g, '_')
      .slice(0, 120);
  return `<tool_result component="${plain(origin.component)}" tool="${plain(origin.tool)}">\n${text}\n</tool_result>`;
}
