/** An answer without what the gateway adds: the writing mark, and the note on the length limit. */
export function chatOf(text: string): string {
  return text.replace(/ ▍$/, '').replace(/\n\n_\(cut off:[^)]*\)_$/, '');
}
