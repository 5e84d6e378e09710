import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { digestDiffers, tooLarge } from './registry-failure';

/** `sha256:` and 64 hex digits. */
export function digestOf(bytes: string | Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What is known of a blob before it is read. */
export interface Expected {
  digest: string;
  size: number;
}

/**
 * Lets bytes through and fails, as REGISTRY_DIGEST_DIFFERS or REGISTRY_CONTENT_TOO_LARGE, where they are not those that
 * were expected. The last word is only said at the end: what came through before must not be used until then.
 */
export class DigestCheck extends Transform {
  private readonly hash = createHash('sha256');
  private seen = 0;

  constructor(
    private readonly expected: Expected,
    private readonly what: string,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.seen += chunk.length;
    if (this.seen > this.expected.size) {
      done(tooLarge(this.what, this.expected.size));
      return;
    }
    this.hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const digest = `sha256:${this.hash.digest('hex')}`;
    done(digest === this.expected.digest ? null : digestDiffers(this.what, this.expected.digest, digest));
  }
}
