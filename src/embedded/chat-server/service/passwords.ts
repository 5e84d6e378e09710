import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { sha256 } from '../identifiers';
import { isObject } from '../is-object';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** What a client may send as a password: the text, or its SHA-256 in lower-case hex. */
export type Password = string | { digest: string; algorithm: string };

/** What a client sent as a password; undefined when it is none. */
export function passwordOf(value: unknown): Password | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value) || typeof value['digest'] !== 'string') return undefined;
  return { digest: value['digest'], algorithm: 'sha-256' };
}

function digestOf(password: Password): string {
  return typeof password === 'string' ? sha256(password) : password.digest.toLowerCase();
}

/** @returns salt and hash, as they are kept. */
export async function protect(password: Password): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await derive(digestOf(password), salt, 32)).toString('hex')}`;
}

export async function matches(password: Password, kept: string): Promise<boolean> {
  const [salt = '', hash = ''] = kept.split(':');
  const expected = Buffer.from(hash, 'hex');
  const actual = await derive(digestOf(password), Buffer.from(salt, 'hex'), 32);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
