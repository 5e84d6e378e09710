import type { Turn } from '../../../../src/embedded/core/brain';
import { restOfAnswer } from '../../../../src/embedded/core/scripted-answer';

/**
 * What the test's cores say to a question: its own words, then as many numbered sentences as it asks for ("... in 12
 * sentences"), so that a loss, a doubling and an answer to the wrong question all show.
 */
export function answerTo(question: string): string {
  const wanted = Number(/in (\d+) sentences/.exec(question)?.[1] ?? 3);
  const sentences = Array.from({ length: wanted }, (_, index) => `${index + 1}. A sentence to be counted.`);
  return [`You asked: ${question}`, ...sentences].join('\n');
}

/** The same for a conversation; a trailing assistant turn is the answer's beginning. */
export function recite(turns: Turn[]): string {
  const answer = answerTo(questionOf(turns));
  const last = turns.at(-1);
  return last?.role === 'assistant' ? restOfAnswer(answer, last.content, '') : answer;
}

export function questionOf(turns: readonly { role: string; content: string }[]): string {
  return turns.findLast(({ role }) => role === 'user')?.content.trim() ?? '';
}
