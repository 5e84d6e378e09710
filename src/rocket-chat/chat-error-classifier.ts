import { ChatError, type ChatErrorKind } from './chat-error';
import { recordOf, textOf } from './wire-values';

/** One reply of the server, as far as a refusal can be judged from it. */
export interface RefusedReply {
  status: number;
  /** Parsed JSON, or the raw text where it is none. */
  body: unknown;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
}

const DEFAULT_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/**
 * Servers up to 8.x answer most refusals with 400 and the original code in `errorType` or in brackets at the end of
 * the text; 9.x answers permission refusals with 403 and `error-forbidden`; plain errors have a text and no code at
 * all. So each rule looks at everything that could name the reason, the specific ones first.
 */
const RULES: readonly (readonly [ChatErrorKind, RegExp])[] = [
  ['restricted-workspace', /restricted-workspace|workspace is restricted/],
  ['rate-limited', /too-many-requests|too many requests/],
  [
    'login-refused',
    /totp-required|totp-invalid|error-login-blocked|error-user-is-not-activated|user is not activated/,
  ],
  ['message-too-long', /error-message-size-exceeded|message-too-long|message size exceed/],
  ['duplicate-id', /e11000|duplicate key|reading 'starred'|property 'starred'|error-duplicate-id/],
  [
    'room-closed',
    /room is readonly|room is read.?only|room_is_blocked|you_have_been_muted|you have been muted|room.is.archived|error-room-archived|error-not-in-the-room|error-user-not-in-room|error-room-closed|room-closed/,
  ],
  [
    'editing-not-allowed',
    /error-message-editing-blocked|message editing (is blocked|not allowed)|message_editing/,
  ],
  ['message-not-found', /no message found|message not found|error-message-not-found|error-invalid-message/],
  [
    'room-not-found',
    /error-room-not-found|error-invalid-room|error-room-does-not-exist|does not match any (channel|group|room)|room not found|error-no-permission-to-room/,
  ],
  [
    'forbidden',
    /error-forbidden|error-not-allowed|not-allowed|error-not-authorized|not-authorized|no-permission|unauthorized-action|error-unauthorized|error-action-not-allowed|error-no-permission/,
  ],
];

/** Turns a reply that is no success into the error it means. `now`: epoch ms, for `X-RateLimit-Reset`. */
export function classifyChatError(reply: RefusedReply, now: number): ChatError {
  const { status } = reply;
  const body = recordOf(reply.body);
  if (status === 413)
    return new ChatError('message-too-long', 'The chat server finds the request too large (413).', {
      status,
    });
  if (!body) return proxyPage(reply);

  const text =
    textOf(body['error']) ?? textOf(body['message']) ?? textOf(recordOf(body['error'])?.['message']) ?? '';
  const errorType = textOf(body['errorType']) ?? textOf(body['code']) ?? codeInBrackets(text);
  const kind = kindOf(status, `${errorType ?? ''} ${text}`);
  const details = {
    status,
    ...(errorType && { errorType }),
    ...(status === 400 && !text && !errorType && (body['error'] ?? '') === '' && { bare: true }),
    ...(kind === 'rate-limited' && { retryAfterMs: waitOf(reply, text, now) }),
  };
  return new ChatError(
    kind,
    `${text || 'no reason given'} (${status}${errorType ? `, ${errorType}` : ''})`,
    details,
  );
}

/** The kind a code and text mean by themselves, whatever carried them; undefined where they tell nothing. */
export function kindOfText(text: string): ChatErrorKind | undefined {
  const lower = text.toLowerCase();
  return RULES.find(([, pattern]) => pattern.test(lower))?.[0];
}

function kindOf(status: number, text: string): ChatErrorKind {
  if (status === 429) return 'rate-limited';
  const named = kindOfText(text);
  if (status === 401) return named === 'login-refused' ? named : 'unauthorized';
  if (status === 403) return named ?? 'forbidden';
  // The handler's own failure on an existing id can be reported as 500; every other 5xx leaves the outcome open.
  if (status >= 500)
    return named === 'restricted-workspace' || named === 'duplicate-id' ? named : 'unreachable';
  return named ?? 'bad-request';
}

function proxyPage({ status, headers }: RefusedReply): ChatError {
  if (status === 429) {
    return new ChatError('rate-limited', 'Something before the chat server asks to slow down (429).', {
      status,
      retryAfterMs: DEFAULT_WAIT_MS,
    });
  }
  if (status >= 300 && status < 400) {
    return new ChatError(
      'unreachable',
      `The chat server redirects${targetOf(headers['location'])}; set ROCKETCHAT_URL to its final address.`,
      {
        status,
      },
    );
  }
  return new ChatError(
    'unreachable',
    `Not Rocket.Chat but a proxy or another server answered (${status}, no JSON).`,
    { status },
  );
}

/** Only the place, never the query: it could carry a token. */
function targetOf(location: string | undefined): string {
  if (!location || !URL.canParse(location)) return '';
  const { origin, pathname } = new URL(location);
  return ` to ${origin}${pathname}`;
}

function codeInBrackets(text: string): string | undefined {
  return /\[([\w.-]+)\]\s*$/.exec(text)?.[1];
}

/** `X-RateLimit-Reset` (epoch ms by the server's clock), else the number in the text, else 30 s. */
function waitOf({ headers }: RefusedReply, text: string, now: number): number {
  const serverNow = Date.parse(headers['date'] ?? '');
  // The header's clock is the server's; its own `Date` takes out any difference between the two machines.
  const reset =
    Number(headers['x-ratelimit-reset']) -
    (Number.isFinite(serverNow) ? Math.max(serverNow, Math.min(now, serverNow + 999)) : now);
  if (reset > 0 && reset <= LONGEST_WAIT_MS) return Math.ceil(reset);
  const told = Number(/(\d+)\s*second/.exec(text)?.[1]) * 1000;
  return told > 0 && told <= LONGEST_WAIT_MS ? told : DEFAULT_WAIT_MS;
}
