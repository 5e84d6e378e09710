import { ChatError, type ChatErrorKind } from './chat-error';
import { kindOfText } from './chat-error-classifier';
import { numberOf, recordOf, textOf } from './wire-values';

const BY_NUMBER: Readonly<Record<number, ChatErrorKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  429: 'rate-limited',
  500: 'unreachable',
};

/** The `error` of a `result` or `nosub` frame as the error it means. `what`: the method or subscription. */
export function ddpError(what: string, raw: unknown): ChatError {
  const wire = recordOf(raw);
  const code = wire?.['error'];
  const reason = textOf(wire?.['reason']) ?? textOf(wire?.['message']) ?? textOf(code) ?? 'no reason given';
  const retryAfterMs = numberOf(recordOf(wire?.['details'])?.['timeToReset']);
  const named = kindOfText(`${textOf(code) ?? ''} ${reason}`);
  return new ChatError(
    loginKind(what, code) ?? named ?? BY_NUMBER[Number(code)] ?? 'bad-request',
    `${what}: ${reason}`,
    {
      ...(typeof code === 'string' && { errorType: code }),
      ...(typeof code === 'number' && { status: code }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  );
}

/** Whatever the words, a 403 on login means that the token is dead. */
function loginKind(what: string, code: unknown): ChatErrorKind | undefined {
  return what === 'login' && (Number(code) === 403 || code === 'not-authorized') ? 'unauthorized' : undefined;
}
