import type { Readable } from 'node:stream';
import { tooLarge } from './registry-failure';

/** A whole body, which must not be larger than `most` bytes. @throws RdzenError REGISTRY_CONTENT_TOO_LARGE */
export async function bodyOf(body: Readable, most: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) {
      body.on('error', () => undefined).destroy();
      throw tooLarge(what, most);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As much of a body as there is and fits, for words about a failure. */
export async function beginningOf(body: Readable, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= most) break;
    }
  } catch {
    // What came is what there is to say.
  }
  body.on('error', () => undefined).destroy();
  return Buffer.concat(chunks).toString('utf8', 0, most);
}
