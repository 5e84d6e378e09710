import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Of a raw Ed25519 key in SubjectPublicKeyInfo, before its 32 bytes. Source: RFC 8410, section 4. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/**
 * The text that is signed: canonical JSON, the same whatever wrote the object (order of names, spaces, escapes).
 * Source: RFC 8785.
 */
export function canonicalText(value: unknown): Buffer {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('Only what JSON can hold can be signed.');
  return Buffer.from(text, 'utf8');
}

/** SHA-256 in hex of the same text: alike for alike contents. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalText(value)).digest('hex');
}

/** @returns 64 bytes in base64 */
export function signatureOf(value: unknown, privateKeyPem: string): string {
  return sign(null, canonicalText(value), createPrivateKey(privateKeyPem)).toString('base64');
}

/**
 * @param publicKey 32 bytes in base64
 * @returns false also for what is no signature, or no key
 */
export function isSignedBy(value: unknown, signature: string, publicKey: string): boolean {
  const bytes = Buffer.from(signature, 'base64');
  const key = publicKeyOf(publicKey);
  if (!key || bytes.length !== SIGNATURE_BYTES || bytes.toString('base64') !== signature) return false;
  try {
    return verify(null, canonicalText(value), key, bytes);
  } catch {
    return false;
  }
}

/** The 32 bytes of the public half, in base64: what a source is configured with. */
export function publicKeyText(privateKeyPem: string): string {
  const spki = createPublicKey(createPrivateKey(privateKeyPem)).export({ format: 'der', type: 'spki' });
  return spki.subarray(SPKI_HEAD.length).toString('base64');
}

/** Whether it is the text of a public key: 32 bytes in base64. */
export function isPublicKey(text: string): boolean {
  const raw = Buffer.from(text, 'base64');
  return raw.length === KEY_BYTES && raw.toString('base64') === text;
}

function publicKeyOf(text: string): KeyObject | undefined {
  const raw = Buffer.from(text, 'base64');
  if (raw.length !== KEY_BYTES) return undefined;
  return createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw]), format: 'der', type: 'spki' });
}
