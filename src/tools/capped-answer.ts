import type { ToolAnswer } from '../mcp/mcp-session';

/** Of the texts of one answer. The trial fails what says more in a declared call. */
export const MOST_ANSWER_BYTES = 256 * 1024;

/** What is over the ceiling is cut off, between two characters; structure that is too large is left out, with a word on it. */
export function cappedAnswer(answer: ToolAnswer, most = MOST_ANSWER_BYTES): ToolAnswer {
  if (answer.bytes <= most) return answer;
  let left = most;
  const content = answer.content.map((part) => {
    if (part.text === undefined) return part;
    const bytes = Buffer.from(part.text);
    const kept = bytes.length <= left ? part.text : whole(bytes.subarray(0, left));
    left = Math.max(0, left - bytes.length);
    return kept === part.text ? part : { ...part, text: `${kept}\n[cut off: ${bytes.length} bytes in all]` };
  });
  const { structured, ...rest } = answer;
  const large = Buffer.byteLength(JSON.stringify(structured) ?? '') > most;
  return { ...rest, content, ...(structured === undefined || large ? {} : { structured }) };
}

function whole(bytes: Buffer): string {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  const lead = bytes[end - 1] ?? 0;
  const size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  // The last character is whole, or is left out.
  return bytes.subarray(0, end - 1 + size <= bytes.length ? end - 1 + size : end - 1).toString('utf8');
}
