/**
 * What a fake core does wrong. `refuse` and `freeze` concern every call, `status` and `model-missing` chat, generate and
 * loads, the others the giving of an answer only; the rest of the API stays fine, as with a core whose runner is the
 * trouble.
 */
export type Fault =
  /** The port is closed and running connections are reset. */
  | { kind: 'refuse' }
  /** Connections are accepted and nothing is ever answered, as by a stopped process; healing answers what waits. */
  | { kind: 'freeze' }
  /** Silence before the first line. */
  | { kind: 'hang' }
  /** Silence after so many tokens. */
  | { kind: 'stall'; afterTokens: number }
  /** TCP reset after so many tokens. */
  | { kind: 'cut'; afterTokens: number }
  /** A clean end after so many tokens, without a final line. */
  | { kind: 'end'; afterTokens: number }
  /** A line with `error` after so many tokens, then a clean end. */
  | { kind: 'error-line'; afterTokens: number; message?: string }
  /** A line that is not JSON after so many tokens. */
  | { kind: 'garbage-line'; afterTokens: number }
  /** An answer with this status at once: 500, 503 for a full queue, ... */
  | { kind: 'status'; status: number; message?: string }
  /** 404, as if the model were not installed. */
  | { kind: 'model-missing' }
  /** Tokens come, but slowly. */
  | { kind: 'slow'; msPerToken: number };

/** A generation under way, with the fault that strikes it. */
export interface StruckCall {
  fault?: Fault;
}

/** The words Ollama has for a status of its own. */
export const STATUS_MESSAGES: Record<number, string> = {
  500: 'model runner has unexpectedly stopped, this may be due to resource limitations or an internal error',
  503: 'server busy, please try again.  maximum pending requests exceeded',
};
