import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

const PIECE_BYTES = 1024 * 1024;

export interface Summing {
  /** Only the first so many bytes. */
  bytes?: number;
  onBytes?: (soFar: number) => void;
  signal?: AbortSignal;
}

/** Feeds a file, or its beginning, to a running SHA-256. @returns the number of bytes fed */
export async function feed(
  hash: Hash,
  path: string,
  { bytes, onBytes, signal }: Summing = {},
): Promise<number> {
  if (bytes === 0) return 0;
  const stream = createReadStream(path, {
    highWaterMark: PIECE_BYTES,
    ...(bytes !== undefined && { end: bytes - 1 }),
  });
  let soFar = 0;
  for await (const piece of stream as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    hash.update(piece);
    soFar += piece.length;
    onBytes?.(soFar);
  }
  return soFar;
}

/** SHA-256 of a whole file, lower-case hexadecimal. */
export async function sha256Of(path: string, summing: Summing = {}): Promise<string> {
  const hash = createHash('sha256');
  await feed(hash, path, summing);
  return hash.digest('hex');
}
