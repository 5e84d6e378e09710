import { createServer, type ServerHttp2Stream } from 'node:http2';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { readTarget } from './target';

const CONNECT_MS = 10_000;
/** A component that sends faster than it is read waits; one stream does not hold the others up. */
const WINDOW_BYTES = 2 ** 20;

/**
 * `node dist/gate/main.js`: a way into one port of one component. Connections come as streams of HTTP/2 over the standard
 * input and output, each a `CONNECT` (RFC 9113 8.5), so that who started it needs no address on the component's network,
 * and the component finds nobody there. It ends with its input.
 */
function main(): void {
  const target = readTarget(process.env);
  const server = createServer({ settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: 256 } });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => undefined);
    if (headers[':method'] !== 'CONNECT') {
      stream.respond({ ':status': 405 }, { endStream: true });
      return;
    }
    relay(stream, target);
  });
  server.on('session', (session) => {
    session.setLocalWindowSize(16 * WINDOW_BYTES);
    session.on('error', () => process.exit(1));
    session.on('close', () => process.exit(0));
  });
  const end = (): void => process.exit(0);
  process.once('SIGTERM', end);
  process.stdin.once('end', end);
  server.emit('connection', Duplex.from({ readable: process.stdin, writable: process.stdout }));
}

function relay(stream: ServerHttp2Stream, target: { host: string; port: number }): void {
  const socket = connect({ ...target, noDelay: true, timeout: CONNECT_MS, allowHalfOpen: true });
  const refuse = (): void => {
    socket.destroy();
    if (!stream.destroyed && !stream.headersSent) stream.respond({ ':status': 502 }, { endStream: true });
    else if (!stream.destroyed) stream.destroy();
  };
  socket.once('timeout', refuse);
  socket.on('error', refuse);
  socket.once('connect', () => {
    socket.setTimeout(0);
    if (stream.destroyed) {
      socket.destroy();
      return;
    }
    stream.respond({ ':status': 200 });
    socket.pipe(stream);
    stream.pipe(socket);
  });
  socket.once('close', () => stream.end());
  stream.once('close', () => socket.destroy());
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
