/** What a person does not see, or what turns the direction of reading: control, format, private and unassigned signs, lone halves. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** The beginning of a foreign text, safe to show: every sign that nobody sees is written out, as `\u{202e}`. */
export function visibleExcerpt(text: string, characters = 200): string {
  // Twice as many code units hold them for certain; no more of a long text is looked at.
  const beginning = [...text.slice(0, characters * 2)].slice(0, characters).join('');
  return beginning.replace(INVISIBLE, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
}
