import { join } from 'node:path';
import { LibsqlStore } from '../../src/storage/libsql-store';

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

/** The attempts at a question, first to last; `continued_from`: letters of the answer that stood when it began. */
export async function attemptsOf(
  data: string,
  questionId: string,
): Promise<{ number: number; continued_from: number }[]> {
  const store = new LibsqlStore(join(data, 'rdzen.db'));
  try {
    return await store.all(
      'SELECT number, continued_from FROM attempts WHERE message_id = ? ORDER BY number',
      questionId,
    );
  } finally {
    await store.close();
  }
}
