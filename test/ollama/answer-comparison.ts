/** An answer without what the gateway adds: the writing mark, and the note on the length limit. */
export function chatOf(text: string): string {
  return text.replace(/ ▍$/, '').replace(/\n\n_\(cut off[^)]*\)_$/, '');
}

/** How many characters two texts share from the start. */
export function longestPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charAt(length) === b.charAt(length)) length++;
  return length;
}
