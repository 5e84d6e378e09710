import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ChatServerFaults } from '../chat-server-faults';
import { Refusal } from '../refusal';
import { RateLimiter, type RateLimit } from '../rest/rate-limiter';
import type { ChatCore } from '../service/chat-core';
import { DdpConnection, type DdpHandler, type DdpSubscription } from './ddp-connection';
import { CLOSE } from './ddp-frames';
import type { DdpMethods } from './ddp-methods';
import type { DdpStreams } from './ddp-streams';

const MAX_FRAME_BYTES = 1024 * 1024;
/** Names that begin so get four times the calls in four times the window. */
const STREAM_FACTOR = 4;

export interface DdpServerOptions {
  heartbeatMs: number;
  /** Per connection and method or subscription name; absent: no limit. */
  limit?: RateLimit;
  faults: ChatServerFaults;
  now: () => number;
}

/** Accepts realtime connections and leads their calls to methods and streams. */
export class DdpServer implements DdpHandler {
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    autoPong: false,
  });
  private readonly plain?: RateLimiter;
  private readonly stream?: RateLimiter;
  private readonly stopListening: () => void;

  constructor(
    core: ChatCore,
    private readonly methods: DdpMethods,
    private readonly streams: DdpStreams,
    private readonly options: DdpServerOptions,
  ) {
    const { limit, now } = options;
    if (limit) {
      this.plain = new RateLimiter(limit, now);
      const wider = { calls: limit.calls * STREAM_FACTOR, windowMs: limit.windowMs * STREAM_FACTOR };
      this.stream = new RateLimiter(wider, now);
    }
    this.stopListening = core.listen((event) => streams.publish(event));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.streams.add(new DdpConnection(webSocket, this, this.options.faults, this.options.heartbeatMs));
    });
  }

  async method(connection: DdpConnection, id: string, name: string, params: unknown[]): Promise<void> {
    try {
      this.checkLimit(connection, name);
      await this.methods.call(connection, id, name, params);
    } catch (error) {
      connection.result(id, { error: told(error) });
    }
  }

  async subscribe(connection: DdpConnection, subscription: DdpSubscription): Promise<void> {
    const { id, name, params } = subscription;
    try {
      this.checkLimit(connection, name);
      if (this.options.faults.refuseSubscription?.(name, params, connection.describe())) {
        throw new Refusal('not-allowed [not-allowed]', 'not-allowed');
      }
      await this.streams.check(connection, subscription);
      connection.subscriptions.set(id, subscription);
      connection.send({ msg: 'ready', subs: [id] });
    } catch (error) {
      connection.send({ msg: 'nosub', id, error: told(error) });
    }
  }

  closed(connection: DdpConnection): void {
    this.streams.remove(connection);
  }

  /** Breaks every connection without a farewell, as a crash or a network failure does. */
  dropAll(): void {
    this.streams.each((connection) => connection.terminate());
  }

  close(): void {
    this.stopListening();
    this.streams.each((connection) => {
      connection.close(CLOSE.goingAway, 'Server is shutting down');
      connection.terminate();
    });
    this.sockets.close();
  }

  private checkLimit(connection: DdpConnection, name: string): void {
    const limiter = name.startsWith('stream-') ? this.stream : this.plain;
    if (!limiter || connection.caller?.origin === 'page') return;
    const { allowed, resetAt } = limiter.take(`${connection.id} ${name}`);
    if (allowed) return;
    const timeToReset = Math.max(0, resetAt - this.options.now());
    const seconds = Math.ceil(timeToReset / 1000);
    throw new Refusal(
      `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying again.`,
      'too-many-requests',
      { details: { timeToReset } },
    );
  }
}

function told(error: unknown): Record<string, unknown> {
  if (error instanceof Refusal) return error.realtime();
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${JSON.stringify({ level: 'error', error: text })}\n`);
  return new Refusal('Internal server error', undefined, { status: 500 }).realtime();
}
