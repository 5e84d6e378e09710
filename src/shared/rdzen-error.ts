import { ERROR_CODES, type ErrorCode } from './error-codes';

/**
 * An error meant for a person or a program outside: `message` names the thing, the cause and the remedy, and never
 * holds a secret.
 */
export class RdzenError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'RdzenError';
  }

  get status(): number {
    return ERROR_CODES[this.code];
  }
}
