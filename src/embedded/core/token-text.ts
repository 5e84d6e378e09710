import type { EngineModel, Token } from './engine-module';

const REPLACEMENT = '\uFFFD';
/** A letter takes four bytes at most, and a token holds at least one. */
const MOST_PENDING = 4;
const TOKENS_REMEMBERED = 16;

/** Makes text of tokens as they come. A letter that is spread over tokens comes with the last of them. */
export class TokenText {
  private pending: Token[] = [];
  private before: Token[];

  constructor(
    private readonly model: Pick<EngineModel, 'detokenize'>,
    prompt: readonly Token[],
  ) {
    this.before = prompt.slice(-TOKENS_REMEMBERED);
  }

  /** What `token` adds; empty while it is but a part of a letter. */
  add(token: Token): string {
    this.pending.push(token);
    const text = this.model.detokenize(this.pending, false, this.before);
    if (text.endsWith(REPLACEMENT) && this.pending.length < MOST_PENDING) return '';
    this.before = [...this.before, ...this.pending].slice(-TOKENS_REMEMBERED);
    this.pending = [];
    return text;
  }
}
