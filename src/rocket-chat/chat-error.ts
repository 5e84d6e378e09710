/**
 * Why a call to the chat server failed, judged from status, `errorType` and text together (the 8.x and 9.x shapes
 * differ: reference in docs/rocket-chat.md).
 * - `unreachable`: no connection, reset, proxy page, 5xx: the post may or may not have happened
 * - `timeout`: no answer in time: the same doubt
 * - `rate-limited`: 429 or `too-many-requests`; `retryAfterMs` says when
 * - `unauthorized`: token dead and a new login refused
 * - `login-refused`: wrong password, deactivated, or two-factor asked for
 * - `forbidden`: a permission or role is missing
 * - `restricted-workspace`: the workspace refuses all sending (air-gap licence state)
 * - `room-not-found`, `message-not-found`, `message-too-long`, `editing-not-allowed`, `room-closed` (archived,
 *   read-only, muted, not a member)
 * - `duplicate-id`: the server says or implies that the `_id` exists
 * - `bad-request`: any other refusal
 */
export type ChatErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'rate-limited'
  | 'unauthorized'
  | 'login-refused'
  | 'forbidden'
  | 'restricted-workspace'
  | 'room-not-found'
  | 'message-not-found'
  | 'message-too-long'
  | 'editing-not-allowed'
  | 'room-closed'
  | 'duplicate-id'
  | 'bad-request';

const ABOUT_ROOM: ReadonlySet<ChatErrorKind> = new Set([
  'forbidden',
  'room-not-found',
  'room-closed',
  'bad-request',
]);

export class ChatError extends Error {
  constructor(
    readonly kind: ChatErrorKind,
    message: string,
    /** `bare`: a 400 that names no reason at all, which is how the server says that there is no such thing. */
    readonly details: {
      status?: number;
      errorType?: string;
      retryAfterMs?: number;
      bare?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = 'ChatError';
  }

  /** Says something about one room, not about the server or us. */
  get aboutRoom(): boolean {
    return ABOUT_ROOM.has(this.kind);
  }

  /** Trying the same call again later can help. */
  get transient(): boolean {
    return this.kind === 'unreachable' || this.kind === 'timeout' || this.kind === 'rate-limited';
  }
}
