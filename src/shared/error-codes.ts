/**
 * Every error a caller can meet, with the HTTP status it becomes. docs/errors.md explains each; `npm run check`
 * compares the two lists.
 */
export const ERROR_CODES = {
  // the person at the terminal
  SETTING_INVALID: 500,
  NODE_TOO_OLD: 500,
  PORT_IN_USE: 500,
  DATA_FOLDER_UNWRITABLE: 500,
  ALREADY_RUNNING: 500,
  STORE_DAMAGED: 500,
  DISK_FULL: 500,
  // the REST caller
  BAD_REQUEST: 400,
  MALFORMED_JSON: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ROOM_NOT_FOUND: 404,
  CORE_NOT_FOUND: 404,
  MESSAGE_NOT_FOUND: 404,
  CORE_NOT_READY: 409,
  CORE_NOT_KILLABLE: 409,
  MESSAGE_STATE_CONFLICT: 409,
  BODY_TOO_LARGE: 413,
  TEXT_TOO_LONG: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  CHAT_UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
