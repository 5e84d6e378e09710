import type { Attempt } from '../journal/journal.types';
import type { CoreMessage } from '../ollama/ollama-api';

export interface GenerationJob {
  messageId: string;
  messages: readonly CoreMessage[];
  /** Times a core died over the question before. */
  deaths: number;
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
  /** `deaths`: cores died over it so often that it is taken for the cause; undefined where that is not why. */
  | { outcome: 'failed'; reason: string; text: string; deaths?: number }
  | { outcome: 'cancelled' };
