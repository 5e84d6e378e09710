/**
 * The part of a broken-off answer to hand to the next core: everything up to the end of the last word that is surely
 * whole. The last, perhaps half, word and the white space before it are dropped, since a model continues badly after
 * either; the next core writes them again.
 */
export function wholeWords(partial: string): string {
  return partial.replace(/\s*\S*$/u, '');
}

/**
 * The text of an answer that came to its final line; empty where there is none.
 *
 * @param resume what the last attempt continued after
 * @param partial the longest text of the attempts before it
 */
export function completeText(text: string, resume: string, partial: string): string {
  // Nothing more to say. Where a sentence had ended, the half word after it was the begin of one that nobody wants;
  // else the dropped word was the end of the answer.
  const nothingMore = resume !== '' && text.trim() === resume.trim();
  const complete = nothingMore && !/[.!?…]["'”’)*_]*$/u.test(resume.trimEnd()) ? partial : text;
  return complete.trim() === '' ? '' : complete.trimEnd();
}
