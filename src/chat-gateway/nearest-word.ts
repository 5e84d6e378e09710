/** Edit distance (insertions, deletions, replacements). */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replace));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** The word a mistyped one most likely meant; undefined where none is near (more than a third of its letters off). */
export function nearestWord(given: string, words: readonly string[]): string | undefined {
  const typed = given.slice(0, 40);
  const ranked = words.map((word) => ({ word, off: distance(typed, word) })).sort((a, b) => a.off - b.off);
  const best = ranked[0];
  return best && best.off <= Math.max(1, Math.ceil(best.word.length / 3)) ? best.word : undefined;
}
