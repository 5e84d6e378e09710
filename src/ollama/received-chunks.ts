import type { Readable } from 'node:stream';

/** Past this much unread data the sender is held back. */
const PAUSE_AT_BYTES = 1024 * 1024;

/**
 * What `stream` receives, in order, then its end or its failure. Unlike the stream's own iterator it delivers what came
 * in before a failure first: tokens that a core sent before it died are part of the answer.
 */
export function receivedChunks(stream: Readable): AsyncIterable<Buffer> {
  const queue: Buffer[] = [];
  let queuedBytes = 0;
  let ending: { error?: Error } | undefined;
  let wake = (): void => undefined;

  const end = (error?: Error): void => {
    ending ??= error ? { error } : {};
    wake();
  };
  stream.on('data', (chunk: Buffer) => {
    queue.push(chunk);
    queuedBytes += chunk.length;
    if (queuedBytes > PAUSE_AT_BYTES) stream.pause();
    wake();
  });
  stream.on('end', () => end());
  stream.on('error', (error: Error) => end(error));
  stream.on('close', () => end(new Error('the connection was closed')));

  // The listeners stand before anybody iterates: an error without a listener would end the process.
  return (async function* () {
    for (;;) {
      const chunk = queue.shift();
      if (chunk) {
        queuedBytes -= chunk.length;
        if (stream.isPaused()) stream.resume();
        yield chunk;
      } else if (ending) {
        if (ending.error) throw ending.error;
        return;
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  })();
}
