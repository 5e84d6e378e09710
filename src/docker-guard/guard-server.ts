import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { Duplex } from 'node:stream';
import { ANSWER_FILTERS, withoutSecrets } from './answer-filters';
import { EngineSocket, EngineUnreachable, MOST_ANSWER_BYTES, readAll } from './engine-socket';
import { EventFilter } from './event-filter';
import type { GuardLimits } from './guard-settings';
import { Judge, type Permit } from './judge';
import type { Policy } from './policy';
import { forbidden, malformed, Refusal } from './refusal';
import type { Json } from './strict-json';
import { hijack } from './hijack';
import { TarGate } from './tar-gate';
import { TarRefused } from './tar-header';

/** dockerode repeats a body in the query. */
const MOST_HEADER_BYTES = 512 * 1024;
/** A volume that went while a container is made with it would be made anew by the engine, and counted by nobody. */
const ONE_AT_A_TIME = /^(POST \S*\/(containers|networks|volumes)\/create|DELETE \S*\/volumes\/[^/?]+)(\?|$)/;
const PASSED_HEADERS = [
  'content-type',
  'api-version',
  'ostype',
  'docker-experimental',
  'server',
  'builder-version',
];

export interface Refused {
  rule: string;
  status: number;
  method: string;
  /** Without the query, which may hold a body. */
  path: string;
  message: string;
}

/** HTTP in front of the judge: reads a request, and sends the engine one of its own making. */
export class GuardServer {
  readonly server: Server;
  private readonly judge: Judge;
  /** Makes only one thing at a time, or the bound to their number could be passed by. */
  private creating: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly engine: EngineSocket,
    private readonly policy: Policy,
    private readonly log: (refused: Refused) => void,
  ) {
    this.judge = new Judge(engine, policy);
    this.server = createServer({
      maxHeaderSize: MOST_HEADER_BYTES,
      requestTimeout: 60_000,
      headersTimeout: 30_000,
      keepAliveTimeout: 60_000,
    });
    this.server.on('request', (asked, answer) => void this.serve(asked, answer));
    this.server.on(
      'upgrade',
      (asked: IncomingMessage, socket: Socket, head: Buffer) => void this.upgrade(asked, socket, head),
    );
    this.server.on('clientError', (_error, socket) => socket.destroy());
  }

  private async serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    // Whatever becomes of the answer, a client that goes away is no failure of ours.
    answer.on('error', () => undefined);
    asked.on('error', () => undefined);
    try {
      if (ONE_AT_A_TIME.test(`${asked.method} ${asked.url}`))
        await (this.creating = this.creating
          .then(() => this.forward(asked, answer))
          .catch((error: unknown) => this.refuse(asked, answer, error)));
      else await this.forward(asked, answer);
    } catch (error) {
      this.refuse(asked, answer, error);
    }
  }

  private async forward(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const permit = await this.permit(asked, false);
    if (permit.archive) return this.fill(permit, asked, answer);
    // What a call has no body for is thrown away.
    asked.resume();
    const body = permit.body === undefined ? undefined : JSON.stringify(permit.body);
    const call = this.engine.open({
      method: permit.method,
      path: permit.path,
      ...(body === undefined ? {} : { body }),
    });
    answer.once('close', () => call.destroy());
    const told = await new Promise<IncomingMessage>((resolve, reject) => {
      call.once('response', resolve);
      call.on('error', (error) => reject(this.engine.unreachable(error)));
      call.end(body);
    });
    told.on('error', () => answer.destroy());
    await this.pass(permit, told, answer);
  }

  /** The archive goes on as it is judged; where something in it is refused, the engine sees it cut off. */
  private async fill(
    { path, ...permit }: Permit,
    asked: IncomingMessage,
    answer: ServerResponse,
  ): Promise<void> {
    const { limits } = this.policy;
    demandArchive(asked, limits);
    const headers = { 'Content-Type': 'application/x-tar', 'Transfer-Encoding': 'chunked' };
    const call = this.engine.open({ method: permit.method, path, headers });
    answer.once('close', () => call.destroy());
    const told = new Promise<IncomingMessage>((resolve, reject) => {
      call.once('response', resolve);
      call.once('error', (error) => reject(this.engine.unreachable(error)));
    });
    told.catch(() => undefined);
    try {
      const gate = this.policy.has('archive.content') ? [new TarGate(limits.archiveBytes)] : [];
      await pipeline([asked, ...gate, call]);
    } catch (error) {
      if (error instanceof TarRefused)
        throw forbidden('archive.content', error.message, 'Write plain files and folders.');
      // The engine may have said why it takes no more.
      const known = await Promise.race([told, Promise.resolve(undefined)]).catch(() => undefined);
      if (!known) throw this.engine.unreachable(error as Error);
    }
    await this.pass({ path, ...permit }, await told, answer);
  }

  private async pass(permit: Permit, told: IncomingMessage, answer: ServerResponse): Promise<void> {
    const status = told.statusCode ?? 502;
    const headers = Object.fromEntries(
      PASSED_HEADERS.flatMap((name) =>
        told.headers[name] === undefined ? [] : [[name, told.headers[name]]],
      ),
    );
    const filter =
      permit.answer === 'inspection'
        ? permit.watchedOnly
          ? withoutSecrets
          : undefined
        : ANSWER_FILTERS[permit.answer];
    if (filter && status === 200) {
      const text = JSON.stringify(filter(JSON.parse(await readAll(told, MOST_ANSWER_BYTES)) as Json));
      answer.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(text) }).end(text);
      return;
    }
    answer.writeHead(status, headers);
    // A stream with nothing to say yet must be seen to have begun.
    answer.flushHeaders();
    if (permit.answer === 'events' && status === 200) {
      const events = new EventFilter(this.engine, this.policy.limits);
      events.on('error', () => answer.destroy());
      told.pipe(events).pipe(answer);
    } else told.pipe(answer);
    told.once('aborted', () => answer.destroy());
    await new Promise<void>((resolve) => answer.once('close', resolve));
  }

  private async upgrade(asked: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const permit = await this.permit(asked, true);
      await hijack(this.engine, permit.path, asked, socket, head);
    } catch (error) {
      const { status, message } = this.told(asked, error);
      const text = JSON.stringify({ message });
      end(
        socket,
        `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
      );
    }
  }

  private permit(asked: IncomingMessage, upgrade: boolean): Promise<Permit> {
    return this.judge.permit({
      method: asked.method ?? '',
      url: asked.url ?? '',
      upgrade,
      body: () => bodyOf(asked, this.policy.limits),
    });
  }

  private refuse(asked: IncomingMessage, answer: ServerResponse, error: unknown): void {
    const { status, message } = this.told(asked, error);
    if (answer.headersSent) return void answer.destroy();
    const text = JSON.stringify({ message });
    // The rest of what it sends is not waited for.
    answer.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
      Connection: 'close',
    });
    answer.end(text);
    asked.resume();
  }

  private told(asked: IncomingMessage, error: unknown): { status: number; message: string } {
    const path = (asked.url ?? '').split('?')[0]?.slice(0, 300) ?? '';
    const method = asked.method ?? '';
    if (error instanceof Refusal) {
      const { status, rule, message } = error;
      // Asking for what is not there is no offence.
      if (status !== 404) this.log({ rule, status, method, path, message });
      return { status, message };
    }
    const message = error instanceof Error ? error.message : String(error);
    const status = error instanceof EngineUnreachable ? 503 : 502;
    this.log({ rule: 'engine', status, method, path, message });
    return { status, message };
  }
}

/** @throws Refusal of what is no archive, or says itself that it is too large */
function demandArchive({ headers }: IncomingMessage, { archiveBytes }: GuardLimits): void {
  const kind = headers['content-type'] ?? '';
  if (!/^application\/(x-)?tar$/i.test(kind) || headers['content-encoding'] !== undefined)
    throw malformed('request.body', 'a body that is no application/x-tar, or is compressed');
  if (Number(headers['content-length'] ?? 0) > archiveBytes)
    throw forbidden('archive.content', `an archive of more than ${archiveBytes} bytes`, 'Write less.');
}

/** @throws Refusal of a body that is compressed, of another kind, or too large */
async function bodyOf(asked: IncomingMessage, { bodyBytes }: GuardLimits): Promise<string> {
  const kind = asked.headers['content-type'];
  if (kind !== undefined && !/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(kind))
    throw new Refusal(
      400,
      'request.body',
      'docker-guard: a body must be application/json (rule request.body).',
    );
  if (asked.headers['content-encoding'] !== undefined)
    throw new Refusal(
      400,
      'request.body',
      'docker-guard: a body must not be compressed (rule request.body).',
    );
  try {
    return await readAll(asked, bodyBytes);
  } catch {
    throw new Refusal(
      413,
      'request.body',
      `docker-guard: the body is larger than ${bodyBytes} bytes, or was cut off (rule request.body).`,
    );
  }
}

function end(socket: Duplex, text: string): void {
  socket.end(text);
  socket.resume();
}
