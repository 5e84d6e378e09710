import { hash } from './dice';

/** `q12v3`: the question's number and the version of its text. */
const TAG = /\bq(\d+)v(\d+)\b/;
const WORD = /\bq(\d+)v(\d+)w(\d+)\b/g;

export interface Tag {
  question: number;
  version: number;
}

export function tagOf(text: string): Tag | undefined {
  const [, question, version] = TAG.exec(text) ?? [];
  return question === undefined ? undefined : { question: Number(question), version: Number(version) };
}

/** Words the model says to this version of this question; every core says the same, for they hold the same model. */
export function answerTo({ question, version }: Tag): string {
  const size = hash(`${question}/${version}`);
  const count = size % 11 === 0 ? 48 : 3 + (size % 9);
  return Array.from({ length: count }, (_, index) => {
    const end = index % 6 === 5 ? '.' : '';
    const gap = index === 0 ? '' : index % 12 === 0 ? '\n\n' : ' ';
    return `${gap}q${question}v${version}w${index}${end}`;
  }).join('');
}

/** Numbers of the questions whose answer this text belongs to, without repetition. */
export function questionsIn(text: string): number[] {
  return [...new Set([...text.matchAll(WORD)].map(([, question]) => Number(question)))];
}

export function plain(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
