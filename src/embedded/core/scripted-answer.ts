import type { Turn } from './brain';
import { toolAnswers } from './scripted-calls';
import { SCRIPTS, type ScriptLanguage } from './scripted-texts';

const POLISH_LETTERS = /[ąćęłńóśźż]/i;
const POLISH_WANTED = /\b(polish|polski\w*|polsku)\b/i;
const LONG_WANTED = /\b(long|story|count|długo|długi\w*|długą|opowiedz|opowieść|policz)(?![\p{L}])/iu;
/** Quoted, it would end the answer. */
const TEMPLATE_MARKER = /<\|[^|]*\|>/g;
const MAX_QUOTE = 200;
const SHORTEST_SEAM = 12;
const LONGEST_SEAM = 80;

/** What the scripted core says to this conversation: the same for the same last question, on whichever core. */
export function scriptedAnswer(turns: Turn[]): string {
  const question = turns.findLast(({ role }) => role === 'user')?.content.trim() ?? '';
  const { introduction, reply, looked, longText } = SCRIPTS[languageOf(turns, question)];
  const found = toolAnswers(turns);
  if (found.length > 0)
    return `${introduction} ${found.map(({ tool, text }) => looked(tool, text)).join(' ')}`;
  if (!LONG_WANTED.test(question)) return `${introduction} ${reply(quote(question))}`;
  const sentences = longText.map((sentence, index) => `${index + 1}. ${sentence}`);
  return `${introduction}\n\n${sentences.join('\n')}`;
}

/**
 * What is still to be said when `partial` stands already. A partial answer of another model cannot be a beginning of
 * ours: then we go on behind the last passage that both have in common, or else say that we take over.
 */
export function restOfAnswer(answer: string, partial: string, takeover: string): string {
  if (answer.startsWith(partial)) return answer.slice(partial.length);
  for (let length = Math.min(LONGEST_SEAM, partial.length); length >= SHORTEST_SEAM; length--) {
    const seam = answer.lastIndexOf(partial.slice(-length));
    if (seam >= 0) return answer.slice(seam + length);
  }
  return takeover + answer;
}

export function scriptedContinuation(turns: Turn[]): string {
  const last = turns.at(-1);
  if (last?.role !== 'assistant') return scriptedAnswer(turns);
  const before = turns.slice(0, -1);
  const question = before.findLast(({ role }) => role === 'user')?.content ?? '';
  return restOfAnswer(scriptedAnswer(before), last.content, SCRIPTS[languageOf(before, question)].takeover);
}

function languageOf(turns: Turn[], question: string): ScriptLanguage {
  if (POLISH_LETTERS.test(question)) return 'pl';
  return turns.some(({ role, content }) => role === 'system' && POLISH_WANTED.test(content)) ? 'pl' : 'en';
}

function quote(question: string): string {
  const line = question.replace(TEMPLATE_MARKER, '').replace(/\s+/g, ' ');
  return line.length > MAX_QUOTE ? `${[...line].slice(0, MAX_QUOTE).join('')}…` : line;
}
