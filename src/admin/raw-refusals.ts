import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem, PROBLEM_TYPE } from './problem';

/** The part of a socket that is needed to refuse and hang up. */
interface Line {
  readonly destroyed: boolean;
  readonly writable: boolean;
  write(text: string): unknown;
  destroy(error: Error): unknown;
}

/** Answers what the router could not make sense of: broken escapes in the address, an endless parameter. */
export function refuseUnroutable(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  void reply
    .status(400)
    .header('content-type', PROBLEM_TYPE)
    .send(problem('BAD_REQUEST', `The address cannot be read: ${error.message}`, request.url));
}

/** Answers what is no HTTP request at all, comes too slowly or has endless headers, and hangs up. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Line): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const why =
      error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'It did not come whole in time.'
        : error.code === 'HPE_HEADER_OVERFLOW'
          ? 'Its headers are larger than 16 KiB.'
          : 'It is no valid HTTP.';
    const body = JSON.stringify(problem('BAD_REQUEST', `The request cannot be read. ${why}`));
    socket.write(
      `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  socket.destroy(error);
}
