import { createHash } from 'node:crypto';

/** What says who calls. */
export function authHeaders(session: { userId: string; token: string }): Record<string, string> {
  return { 'X-User-Id': session.userId, 'X-Auth-Token': session.token };
}

/**
 * Changing an account, or making a token, asks who has no other second factor for the password once more, as SHA-256.
 * Source: PasswordCheckFallback (apps/meteor/app/2fa/server/code).
 */
export function passwordFactor(password: string): Record<string, string> {
  return { 'X-2fa-code': createHash('sha256').update(password).digest('hex'), 'X-2fa-method': 'password' };
}
