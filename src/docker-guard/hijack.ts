import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { EngineSocket } from './engine-socket';

const MOST_BODY_BYTES = 64 * 1024;

/**
 * Joins the client's connection to an attach of the engine. The client's body, which has no meaning there, is taken out of
 * the stream; the engine is asked without one. Either side may end its half: the end of stdin is no end of the output.
 */
export async function hijack(
  engine: EngineSocket,
  path: string,
  asked: IncomingMessage,
  client: Socket,
  head: Buffer,
): Promise<void> {
  const length = Number(asked.headers['content-length'] ?? 0);
  if (!Number.isInteger(length) || length < 0 || length > MOST_BODY_BYTES)
    throw new Error('docker-guard: an attach takes no such body. Leave it out.');
  // Until both are joined nothing more is read.
  client.pause();
  client.setTimeout(0);
  const call = engine.open({ method: 'POST', path, headers: { Connection: 'Upgrade', Upgrade: 'tcp' } });
  const gone = (): void => void call.destroy();
  client.once('close', gone);
  await new Promise<void>((resolve, reject) => {
    call.on('error', (error) => reject(engine.unreachable(error)));
    call.once('response', (answer) => {
      // Refused by the engine: no such stream, or not running.
      client.write(
        `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nContent-Type: ${answer.headers['content-type'] ?? 'application/json'}\r\nConnection: close\r\n\r\n`,
      );
      answer.pipe(client);
      client.resume();
      resolve();
    });
    call.once('upgrade', (answer, upstream: Socket, first: Buffer) => {
      client.removeListener('close', gone);
      join(client, upstream, withoutBody(client, head, length));
      client.write(
        `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${answer.headers['content-type'] ?? 'application/vnd.docker.raw-stream'}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
      );
      if (first.length > 0) client.write(first);
      upstream.pipe(client);
      resolve();
    });
    call.end();
  });
}

/** Puts back what came after the body; what of the body has not come yet is dropped as it comes. */
function withoutBody(client: Socket, head: Buffer, length: number): number {
  if (head.length > length) client.unshift(head.subarray(length));
  return Math.max(0, length - head.length);
}

function join(client: Socket, upstream: Socket, toDrop: number): void {
  let left = toDrop;
  upstream.setNoDelay(true);
  upstream.setTimeout(0);
  client.on('data', (chunk: Buffer) => {
    const dropped = Math.min(left, chunk.length);
    left -= dropped;
    if (dropped < chunk.length && !upstream.write(chunk.subarray(dropped))) client.pause();
  });
  upstream.on('drain', () => client.resume());
  client.once('end', () => upstream.end());
  upstream.on('error', () => client.destroy());
  client.once('close', () => upstream.destroy());
  upstream.once('close', () => client.end());
  client.resume();
}
