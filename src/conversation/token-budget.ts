import type { CoreMessage } from '../ollama/ollama-api';
import { estimateTokens } from '../generation/deadlines';

/** What a message costs beyond its text: role markers. */
const PER_MESSAGE = 6;

export function cost(message: CoreMessage): number {
  return estimateTokens(message.content) + PER_MESSAGE;
}

/**
 * The newest turns that fit: whole turns are dropped, the oldest first. A turn is a question with the answers after it,
 * so that no answer stands without its question.
 *
 * @param history oldest first
 * @param room tokens left for the history
 */
export function fitHistory(history: readonly CoreMessage[], room: number): CoreMessage[] {
  const turns: CoreMessage[][] = [];
  for (const message of history) {
    const current = turns.at(-1);
    const answered = current?.some(({ role }) => role === 'assistant') ?? false;
    if (!current || (message.role === 'user' && answered)) turns.push([message]);
    else current.push(message);
  }
  const kept: CoreMessage[][] = [];
  let left = room;
  for (const turn of turns.reverse()) {
    left -= turn.reduce((sum, message) => sum + cost(message), 0);
    if (left < 0) break;
    kept.unshift(turn);
  }
  return kept.flat();
}
