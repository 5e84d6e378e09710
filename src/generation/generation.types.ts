import type { Attempt } from '../journal/journal.types';
import type { CoreMessage } from '../ollama/ollama-api';

export interface GenerationJob {
  messageId: string;
  messages: readonly CoreMessage[];
}

export interface GenerationListener {
  /** The whole text so far; its length never shrinks from call to call. */
  text(whole: string): void;
}

export type GenerationResult =
  | {
      outcome: 'complete';
      text: string;
      attempt: Attempt;
      /** Times the partial answer was continued on a core. */
      continued: number;
      /** Times the answer was begun anew. */
      restarted: number;
      /** The model was cut off by the answer's length limit. */
      lengthLimited: boolean;
    }
  | { outcome: 'failed'; reason: string; text: string }
  | { outcome: 'cancelled' };
