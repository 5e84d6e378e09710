import { editDistance } from '../shared/edit-distance';

/** The word a mistyped one most likely meant; undefined where none is near (more than a third of its letters off). */
export function nearestWord(given: string, words: readonly string[]): string | undefined {
  const typed = given.slice(0, 40);
  const ranked = words
    .map((word) => ({ word, off: editDistance(typed, word) }))
    .sort((a, b) => a.off - b.off);
  const best = ranked[0];
  return best && best.off <= Math.max(1, Math.ceil(best.word.length / 3)) ? best.word : undefined;
}
