import { isObject, MalformedLineError } from './ndjson-reader';
import { OllamaError, type OllamaErrorKind } from './ollama-error';

const NO_CONNECTION = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'EINVAL',
  'EACCES',
  'ERR_INVALID_URL',
  'ERR_BAD_OPTION_VALUE',
]);
const TIMED_OUT = new Set(['ETIMEDOUT', 'ECONNABORTED', 'ESOCKETTIMEDOUT']);
const MAX_DETAIL = 500;

/** The error of an answer with another status than 200; `body` is its text, as far as it was read. */
export function errorFromStatus(url: string, status: number, body: string): OllamaError {
  const detail = errorText(body) ?? `answered with status ${status}`;
  return new OllamaError(kindOfStatus(status, detail), url, detail.slice(0, MAX_DETAIL), status);
}

function kindOfStatus(status: number, detail: string): OllamaErrorKind {
  if (status === 503) return 'busy';
  if (status === 404 && /\bmodel\b/i.test(detail)) return 'model-missing';
  if (status >= 500) return 'server-error';
  if (status >= 400) return 'bad-request';
  return 'malformed';
}

/** The error of a line or answer with an `error` field, whatever its shape. */
export function textOfError(error: unknown): string {
  if (typeof error === 'string') return error;
  if (isObject(error) && typeof error.message === 'string') return error.message;
  return JSON.stringify(error);
}

/** The error of a connection that failed; `connected` tells whether it had come about. */
export function errorFromFailure(url: string, failure: unknown, connected: boolean): OllamaError {
  if (failure instanceof OllamaError) return failure;
  const detail = failure instanceof Error ? failure.message : String(failure);
  return new OllamaError(kindOfFailure(failure, connected), url, detail.slice(0, MAX_DETAIL), undefined, {
    cause: failure,
  });
}

function kindOfFailure(failure: unknown, connected: boolean): OllamaErrorKind {
  if (failure instanceof MalformedLineError) return 'malformed';
  const code = codeOf(failure);
  if (TIMED_OUT.has(code)) return 'timeout';
  if (code.startsWith('HPE_')) return 'malformed';
  if (NO_CONNECTION.has(code)) return 'refused';
  return connected ? 'reset' : 'refused';
}

function codeOf(failure: unknown): string {
  for (let error = failure; error instanceof Error; error = error.cause) {
    if ('code' in error && typeof error.code === 'string') return error.code;
  }
  return '';
}

function errorText(body: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) && parsed.error != null ? textOfError(parsed.error) : undefined;
  } catch {
    return undefined;
  }
}
