import type { Turn } from './brain';
import type { Token } from './engine-module';

/** How a model wants a conversation written. A last turn of the assistant stays open, so that it is continued. */
export interface PromptTemplate {
  /** What ends an answer, as text. */
  readonly stop: string[];
  text(turns: Turn[]): string;
  /** What people said never becomes a control token, whatever it looks like. */
  tokens(turns: Turn[]): Token[];
}
