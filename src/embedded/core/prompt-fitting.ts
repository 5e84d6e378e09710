import type { Turn } from './brain';
import type { EngineModel, Token } from './engine-module';
import type { PromptTemplate } from './prompt-template';

/** In tokens. */
export interface PromptRoom {
  /** No prompt may be longer. */
  longest: number;
  /** To what length a prompt is cut that is longer, so that an answer has room behind it. */
  cutTo: number;
}

const MOST_ROUNDS = 8;
/** Text that was cut may take a few tokens more than before. */
const SLACK = 4;
/**
 * No text takes fewer tokens than its length by this, unless it is made for it. Tokenizing is synchronous and takes
 * 0.6 s for each megabyte, so what could never fit is not tokenized at all.
 */
const MOST_LETTERS_OF_TOKEN = 32;

/** How much room a prompt has in a context that must hold the answer too, and never shifts. */
export function promptRoom(contextSize: number, numPredict: number, continues: boolean): PromptRoom {
  const usable = contextSize - 1;
  const quarter = Math.floor(contextSize / 4);
  const wanted = numPredict > 0 ? Math.min(numPredict, quarter) : quarter;
  // A continued answer keeps its prompt whole for as long as it can, or it would not go on as it began.
  const least = continues ? 1 : Math.min(wanted, 64);
  return { longest: usable - least, cutTo: usable - wanted };
}

/**
 * The tokens of a conversation. One that is too long loses its oldest turns, never a system turn nor the last question
 * and what follows it; where that is not enough, its longest turns lose their beginnings.
 */
export function fitTurns(
  given: Turn[],
  template: PromptTemplate,
  model: Pick<EngineModel, 'tokenize' | 'detokenize'>,
  { longest, cutTo }: PromptRoom,
): Token[] {
  const turns = boundTurns(given, longest * MOST_LETTERS_OF_TOKEN);
  const whole = template.tokens(turns);
  if (whole.length <= longest) return whole;
  let kept = newestTurns(turns, (candidate) => template.tokens(candidate).length <= cutTo);
  let tokens = template.tokens(kept);
  for (let round = 0; tokens.length > cutTo && round < MOST_ROUNDS; round++) {
    kept = shortenLongest(kept, tokens.length - cutTo, model);
    tokens = template.tokens(kept);
  }
  return tokens.length <= longest ? tokens : cutTokens(tokens, 0, { longest, cutTo });
}

/** As Ollama cuts a raw prompt: the first `keep` tokens and the newest ones stay. */
export function cutTokens(tokens: Token[], keep: number, { longest, cutTo }: PromptRoom): Token[] {
  if (tokens.length <= longest) return tokens;
  const head = keep < 0 ? cutTo - 1 : Math.min(keep, cutTo - 1);
  return [...tokens.slice(0, head), ...tokens.slice(head - cutTo)];
}

/** The newest letters of a text that can matter for a context of so many tokens. */
export function newestLetters(text: string, tokens: number): string {
  return lastLetters(text, tokens * MOST_LETTERS_OF_TOKEN);
}

/** The oldest letters of a text that can matter for a context of so many tokens. */
export function oldestLetters(text: string, tokens: number): string {
  const letters = text.slice(0, tokens * MOST_LETTERS_OF_TOKEN);
  return letters.length < text.length && isHighSurrogate(letters.at(-1)) ? letters.slice(0, -1) : letters;
}

/** A raw prompt without its middle, of which {@link cutTokens} leaves nothing. */
export function boundRaw(text: string, keep: number, { longest }: PromptRoom): string {
  const [head, tail] = keep < 0 ? [longest, 1] : [Math.min(keep, longest), longest];
  if (text.length <= (head + tail) * MOST_LETTERS_OF_TOKEN) return text;
  return oldestLetters(text, head) + newestLetters(text, tail);
}

/** Without the beginnings of turns that are too long by themselves, and without turns before those that fill `room`. */
function boundTurns(turns: Turn[], room: number): Turn[] {
  const question = turns.findLastIndex(({ role }) => role === 'user');
  const must = question >= 0 ? question : turns.length - 1;
  let newer = 0;
  const bound: Turn[] = [];
  for (const [index, turn] of [...turns.entries()].reverse()) {
    if (index < must && turn.role !== 'system' && newer > room) continue;
    const content = lastLetters(turn.content, room);
    if (turn.role !== 'system') newer += content.length;
    bound.unshift(content === turn.content ? turn : { ...turn, content });
  }
  return bound;
}

function lastLetters(text: string, count: number): string {
  if (text.length <= count) return text;
  const letters = text.slice(-count);
  return isHighSurrogate(text.at(-count - 1)) ? letters.slice(1) : letters;
}

function isHighSurrogate(letter = ''): boolean {
  return letter >= '\ud800' && letter <= '\udbff';
}

/** As many of the newest turns as fit, with all system turns before them. */
function newestTurns(turns: Turn[], fits: (turns: Turn[]) => boolean): Turn[] {
  const from = (start: number): Turn[] => [
    ...turns.slice(0, start).filter(({ role }) => role === 'system'),
    ...turns.slice(start),
  ];
  const question = turns.findLastIndex(({ role }) => role === 'user');
  let tooEarly = 0;
  let latest = question >= 0 ? question : turns.length - 1;
  while (latest - tooEarly > 1) {
    const middle = Math.floor((tooEarly + latest) / 2);
    if (fits(from(middle))) latest = middle;
    else tooEarly = middle;
  }
  return from(latest);
}

function shortenLongest(
  turns: Turn[],
  excess: number,
  model: Pick<EngineModel, 'tokenize' | 'detokenize'>,
): Turn[] {
  const contents = turns.map(({ content }) => model.tokenize(content, false));
  const length = Math.max(...contents.map((tokens) => tokens.length));
  const at = contents.findIndex((tokens) => tokens.length === length);
  const rest = (contents[at] ?? []).slice(Math.min(length, excess + SLACK));
  return turns.map((turn, index) => (index === at ? { ...turn, content: model.detokenize(rest) } : turn));
}
