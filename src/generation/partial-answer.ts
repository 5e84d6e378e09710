/**
 * The part of a broken-off answer to hand to the next core: everything up to the end of the last word that is surely
 * whole. The last, perhaps half, word and the white space before it are dropped, since a model continues badly after
 * either; the next core writes them again.
 */
export function wholeWords(partial: string): string {
  return partial.replace(/\s*\S*$/u, '');
}
