/**
 * Why a call to a core failed.
 * - `refused`: no connection (refused, unreachable, name unknown)
 * - `reset`: the connection broke before the answer was complete
 * - `timeout`: the given time passed
 * - `busy`: 503, the core's queue is full: overload, not a fault
 * - `model-missing`: 404 naming the model
 * - `bad-request`: any other 4xx; trying elsewhere cannot help
 * - `server-error`: any other 5xx before the first line
 * - `in-stream`: a line with `error` after a 200
 * - `truncated`: the stream ended without its final line
 * - `malformed`: an answer that is not what the protocol says
 * - `aborted`: our own signal
 */
export type OllamaErrorKind =
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'busy'
  | 'model-missing'
  | 'bad-request'
  | 'server-error'
  | 'in-stream'
  | 'truncated'
  | 'malformed'
  | 'aborted';

export class OllamaError extends Error {
  constructor(
    readonly kind: OllamaErrorKind,
    /** Base address of the core. */
    readonly url: string,
    detail: string,
    readonly status?: number,
    options?: { cause?: unknown },
  ) {
    super(`${url}: ${detail}`, options);
    this.name = 'OllamaError';
  }
}
