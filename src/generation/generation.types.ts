import type { Attempt } from '../journal/journal.types';
import type { CoreMessage, ToolCall, ToolDefinition } from '../ollama/ollama-api';

export interface GenerationJob {
  messageId: string;
  messages: readonly CoreMessage[];
  /** Times a core died over the question before. */
  deaths: number;
  /**
   * What the model may call. An answer that may become a call is never continued on another core, but begun anew. A core
   * whose model calls no tools is asked without them.
   */
  tools?: readonly ToolDefinition[];
}

/** What a round with tools brought beside its text, which may be empty where something is to be called. */
export interface ToolRound {
  calls: ToolCall[];
  /** Of the prompt, as the core counted them; 0 where it does not tell. */
  promptTokens: number;
  /** False: the model of that core calls no tools, and was asked without them. */
  offered: boolean;
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
      /** Of a job with tools. */
      withTools?: ToolRound;
    }
  /** `deaths`: cores died over it so often that it is taken for the cause; undefined where that is not why. */
  | { outcome: 'failed'; reason: string; text: string; deaths?: number }
  | { outcome: 'cancelled' };
