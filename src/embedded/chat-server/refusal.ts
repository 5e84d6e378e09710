/** Which generation of servers to imitate where they differ in how they refuse. */
export type ErrorShape = '8' | '9';

/**
 * A request refused the way Rocket.Chat refuses it.
 * - `text`: the body's `error` over REST, the `reason` over the realtime protocol
 * - `code`: `errorType` over REST, the `error` over the realtime protocol
 */
export class Refusal extends Error {
  constructor(
    readonly text: string,
    readonly code?: string,
    readonly options: { status?: number; permission?: boolean; details?: Record<string, unknown> } = {},
  ) {
    super(text);
    this.name = 'Refusal';
  }

  /** `message [code]` with status 400: what a Meteor.Error of the original becomes. */
  static coded(code: string, text: string, details?: Record<string, unknown>): Refusal {
    return new Refusal(`${text} [${code}]`, code, { details });
  }

  /** A missing permission: 400 with its own code on servers up to 8.x, 403 `error-forbidden` from 9.0 on. */
  static forbidden(code: string, text: string, details?: Record<string, unknown>): Refusal {
    return new Refusal(`${text} [${code}]`, code, { permission: true, ...(details && { details }) });
  }

  static unauthenticated(): Refusal {
    return new Refusal('You must be logged in to do this.', undefined, { status: 401 });
  }

  static notFound(text: string): Refusal {
    return new Refusal(text, undefined, { status: 404 });
  }

  rest(shape: ErrorShape): { status: number; body: Record<string, unknown> } {
    if (this.options.permission && shape === '9') {
      return { status: 403, body: { success: false, error: this.text, errorType: 'error-forbidden' } };
    }
    return {
      status: this.options.status ?? 400,
      body: {
        success: false,
        ...(this.text && { error: this.text }),
        ...(this.code && { errorType: this.code }),
        ...(this.options.details && { details: this.options.details }),
      },
    };
  }

  realtime(): Record<string, unknown> {
    const error = this.code ?? this.options.status ?? 400;
    return {
      isClientSafe: true,
      error,
      reason: this.text,
      message: this.text.endsWith(`[${error}]`) ? this.text : `${this.text} [${error}]`,
      ...(this.options.details && { details: this.options.details }),
      errorType: 'Meteor.Error',
    };
  }
}
