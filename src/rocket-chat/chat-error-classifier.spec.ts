import type { ChatErrorKind } from './chat-error';
import { classifyChatError, kindOfText } from './chat-error-classifier';

const NOW = Date.UTC(2026, 0, 1);

describe(classifyChatError.name, () => {
  const refusal = (error?: string, errorType?: string): unknown => ({
    success: false,
    ...(error !== undefined && { error }),
    ...(errorType && { errorType }),
  });

  it.each<[string, ChatErrorKind, number, unknown]>([
    ['dead token', 'unauthorized', 401, refusal('You must be logged in to do this.')],
    [
      'dead token (7.x)',
      'unauthorized',
      401,
      { status: 'error', message: 'You must be logged in to do this.' },
    ],
    [
      'second factor',
      'login-refused',
      401,
      { status: 'error', error: 'totp-required', message: 'TOTP Required [totp-required]' },
    ],
    [
      'second factor on a call',
      'login-refused',
      400,
      refusal('TOTP Required [totp-required]', 'totp-required'),
    ],
    ['permission, 8.x', 'forbidden', 400, refusal('Not allowed [error-not-allowed]', 'error-not-allowed')],
    ['permission, 8.x without errorType', 'forbidden', 400, refusal('Not authorized [not-authorized]')],
    ['permission, 8.x bare', 'forbidden', 400, refusal('error-not-allowed')],
    [
      'permission, 8.x 403',
      'forbidden',
      403,
      refusal('User does not have the permissions required for this action'),
    ],
    ['permission, 9.x', 'forbidden', 403, refusal('Not allowed', 'error-forbidden')],
    [
      'limiter',
      'rate-limited',
      429,
      refusal('Error, too many requests. Please slow down. [error-too-many-requests]'),
    ],
    [
      'limiter told with 400',
      'rate-limited',
      400,
      refusal('Error, too many requests [error-too-many-requests]'),
    ],
    ['air gap', 'restricted-workspace', 400, refusal('restricted-workspace')],
    ['air gap, 9.x', 'restricted-workspace', 403, refusal('restricted-workspace', 'restricted-workspace')],
    [
      'unknown room',
      'room-not-found',
      400,
      refusal(
        'The required "roomId" or "roomName" param provided does not match any channel [error-room-not-found]',
        'error-room-not-found',
      ),
    ],
    ['invalid room', 'room-not-found', 400, refusal('error-invalid-room')],
    ['unknown message', 'message-not-found', 400, refusal('No message found with the id of "x".')],
    ['oversize', 'message-too-long', 400, refusal('error-message-size-exceeded')],
    ['body too large for a proxy', 'message-too-long', 413, '<html>413</html>'],
    [
      'edit switched off',
      'editing-not-allowed',
      400,
      refusal('Message editing not allowed [error-action-not-allowed]', 'error-action-not-allowed'),
    ],
    [
      'edit too late',
      'editing-not-allowed',
      400,
      refusal('Message editing is blocked [error-message-editing-blocked]', 'error-message-editing-blocked'),
    ],
    ['read-only room', 'room-closed', 400, refusal("You can't send messages because the room is readonly.")],
    ['muted', 'room-closed', 400, refusal('You_have_been_muted')],
    ['blocked', 'room-closed', 400, refusal('room_is_blocked')],
    [
      'archived',
      'room-closed',
      400,
      refusal('The private group, x, is archived [error-room-archived]', 'error-room-archived'),
    ],
    [
      'existing id, normalised empty result',
      'duplicate-id',
      400,
      refusal("Cannot read properties of undefined (reading 'starred')"),
    ],
    [
      'existing id, unique index',
      'duplicate-id',
      500,
      refusal('E11000 duplicate key error collection: rocketchat_message'),
    ],
    [
      'validation',
      'bad-request',
      400,
      refusal("must have required property 'roomId' [invalid-params]", 'invalid-params'),
    ],
    ['refusal without a word', 'bad-request', 400, refusal()],
    ['unknown route', 'bad-request', 404, refusal('Not found')],
    ['server fault', 'unreachable', 500, refusal('Internal server error')],
    ['proxy page', 'unreachable', 502, '<html>502 Bad Gateway</html>'],
    ['proxy before its backend is known', 'unreachable', 404, '404 page not found'],
    ['portal that says 200', 'unreachable', 200, '<html>Welcome</html>'],
    ['empty 503', 'unreachable', 503, ''],
    ['an array', 'unreachable', 400, []],
    ['redirect', 'unreachable', 301, ''],
  ])('%s is %s', (_case, kind, status, body) => {
    const error = classifyChatError({ status, body, headers: {} }, NOW);
    expect(error.kind).toBe(kind);
    expect(error.details.status).toBe(status);
  });

  describe('the wait of a 429', () => {
    const wait = (headers: Record<string, string>, text = 'too many requests'): number | undefined =>
      classifyChatError({ status: 429, body: refusal(text), headers }, NOW).details.retryAfterMs;

    it('is the reset moment less now', () => {
      expect(wait({ 'x-ratelimit-reset': String(NOW + 12_345) })).toBe(12_345);
    });

    it('goes by the server clock where it tells its date', () => {
      const theirs = NOW + 3_600_000;
      expect(
        wait({ 'x-ratelimit-reset': String(theirs + 9_000), date: new Date(theirs).toUTCString() }),
      ).toBe(9_000);
    });

    it('is the number in the text where the header is missing, past or absurd', () => {
      const text = 'You must wait 17 seconds before trying this endpoint again.';
      expect(wait({}, text)).toBe(17_000);
      expect(wait({ 'x-ratelimit-reset': String(NOW - 1) }, text)).toBe(17_000);
      expect(wait({ 'x-ratelimit-reset': String(NOW + 86_400_000) }, text)).toBe(17_000);
      expect(wait({ 'x-ratelimit-reset': 'soon' }, text)).toBe(17_000);
    });

    it('is 30 s where nothing tells', () => {
      expect(wait({})).toBe(30_000);
    });
  });

  it('names the place of a redirect without its query', () => {
    const headers = { location: 'https://chat.example/login?token=geheim' };
    const error = classifyChatError({ status: 302, body: '', headers }, NOW);
    expect(error.message).toContain('https://chat.example/login');
    expect(error.message).not.toContain('geheim');
  });

  it('gives a text without meaning no kind', () => {
    expect(kindOfText('Something else')).toBeUndefined();
  });
});
