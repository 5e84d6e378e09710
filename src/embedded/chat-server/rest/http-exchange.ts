import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../refusal';
import { type Values } from './shape';
import { isObject } from '../is-object';

const MAX_BODY_BYTES = 2 * 1024 * 1024;
const MAX_DISCARDED_BYTES = 100 * 1024 * 1024;

/** @throws Refusal when the body is too large or no JSON object. */
export async function readJson(request: IncomingMessage): Promise<Values> {
  const text = await readBody(request);
  if (text === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal('Invalid JSON in the request body');
  }
  if (!isObject(body)) throw new Refusal('The request body must be a JSON object');
  return body;
}

/** What is too much is read to its end but not kept: a client that is still sending would not hear the refusal. */
function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (size > MAX_DISCARDED_BYTES) request.destroy();
    });
    request.on('end', () => {
      if (size <= MAX_BODY_BYTES) resolve(Buffer.concat(chunks).toString('utf8'));
      else reject(new Refusal('Request body too large', undefined, { status: 413 }));
    });
    request.on('error', () => reject(new Refusal('The request was broken off')));
    request.on('close', () => reject(new Refusal('The request was broken off')));
  });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  send(response, status, JSON.stringify(body), { 'Content-Type': 'application/json', ...headers });
}

export function send(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Record<string, string>,
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'Content-Length': Buffer.byteLength(body),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(body);
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

export function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown';
}

/** A browser always names the origin of a POST; a program that names none cannot be a deceived browser. */
export function sameOrigin(request: IncomingMessage): boolean {
  const origin = header(request, 'origin');
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === header(request, 'host');
}

/** The name in the request is one that only this machine has; a name from elsewhere may be pointed at us. */
export function hasLoopbackName(request: IncomingMessage): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(header(request, 'host') ?? '');
}

/** Asked from this very machine under its own name, and not on behalf of another one by a proxy here. */
export function fromLoopback(request: IncomingMessage): boolean {
  if (!hasLoopbackName(request)) return false;
  const forwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip'].some((name) => header(request, name));
  return !forwarded && /^(::1|(::ffff:)?127(\.\d+){3})$/.test(addressOf(request));
}
