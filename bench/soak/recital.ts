import { splitAnswer } from '../../src/chat-gateway/split-answer';
import type { Turn } from '../../src/embedded/core/brain';
import { restOfAnswer } from '../../src/embedded/core/scripted-answer';

const QUESTION = /\bQ(\d+): tell it in (\d+) sentences/;
const NUMBERED = /\bQ(\d+)\b/;
/** What the embedded chat server takes in one message, less what the gateway keeps for itself. */
const PART_LENGTH = 5000 - 200;

/** What is said to the assistant; its number is found again in every part of the answer, from the first token on. */
export function questionText(number: number, sentences: number): string {
  return `Q${number}: tell it in ${sentences} sentences.`;
}

export function answerTo(number: number, sentences: number): string {
  const lines = Array.from({ length: sentences }, (_, index) => `${index + 1}. This is said to Q${number}.`);
  return [`Q${number} is answered here.`, ...lines].join('\n');
}

/** The messages that a complete answer consists of. */
export function partsOf(number: number, sentences: number): string[] {
  return splitAnswer(answerTo(number, sentences), PART_LENGTH);
}

/** The question that a message of the assistant's belongs to; undefined where it belongs to none. */
export function questionNumber(text: string): number | undefined {
  const found = NUMBERED.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** What the soak's cores say to a conversation; a trailing assistant turn is the answer's beginning. */
export function recite(turns: Turn[]): string {
  const asked = turns.findLast(({ role }) => role === 'user')?.content.trim() ?? '';
  const [, number, sentences] = QUESTION.exec(asked) ?? [];
  const answer = number ? answerTo(Number(number), Number(sentences)) : `You said: ${asked.slice(0, 200)}`;
  const last = turns.at(-1);
  return last?.role === 'assistant' ? restOfAnswer(answer, last.content, '') : answer;
}
