import { createHmac, hkdfSync } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 20;

/** Holds the key the post ids are derived with. It lives outside the journal, so that a lost journal cannot double an answer. */
export class PostIdKey {
  constructor(private readonly secret: Buffer) {
    if (secret.length < 32)
      throw new Error(`The key of the post ids has ${secret.length} bytes; 32 are needed`);
  }

  /** Message id of `part` of the answer to a question; `salt` grows when somebody squatted on the id before it. */
  answer(roomId: string, messageId: string, part: number, salt = 0): string {
    return this.derive('answer', roomId, messageId, String(part), String(salt));
  }

  notice(roomId: string, key: string): string {
    return this.derive('notice', roomId, key);
  }

  /** 32 bytes for another purpose, which tell nothing of the key itself (HKDF-SHA256). */
  keyFor(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.secret, '', `rdzen ${purpose}`, 32));
  }

  /** base62(HMAC-SHA256(secret, fields)), 20 characters: nobody without the secret can post under it first. */
  private derive(...fields: string[]): string {
    const digest = createHmac('sha256', this.secret).update(JSON.stringify(fields)).digest();
    let value = BigInt(`0x${digest.toString('hex')}`);
    let id = '';
    while (id.length < LENGTH) {
      id += ALPHABET[Number(value % 62n)];
      value /= 62n;
    }
    return id;
  }
}
