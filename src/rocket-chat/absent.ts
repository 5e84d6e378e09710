import { ChatError, type ChatErrorKind } from './chat-error';
import type { WireRecord } from './wire-values';

export const ABSENT: readonly ChatErrorKind[] = ['message-not-found', 'room-not-found'];
export const ABSENT_OR_HIDDEN: readonly ChatErrorKind[] = [...ABSENT, 'forbidden', 'room-closed'];
/** What `im.create` says of a name that nobody has. */
const NO_SUCH_USER = /error-invalid-user|invalid-users?\b|invalid users?\b|user not found/i;

export function namesNoUser({ kind, message, details }: ChatError): boolean {
  return kind === 'bad-request' && NO_SUCH_USER.test(`${details.errorType ?? ''} ${message}`);
}

/** Undefined where the refusal says that there is no such thing; a refusal for a reason unknown says nothing of the kind. */
export async function absentAsUndefined(
  call: Promise<WireRecord>,
  kinds: readonly ChatErrorKind[],
  saysAbsent: (failure: ChatError) => boolean = () => false,
): Promise<WireRecord | undefined> {
  try {
    return await call;
  } catch (failure) {
    if (!(failure instanceof ChatError)) throw failure;
    if (failure.details.bare || kinds.includes(failure.kind) || saysAbsent(failure)) return undefined;
    throw failure;
  }
}
