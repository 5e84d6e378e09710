import type { RawData, WebSocket } from 'ws';
import type { ChatServerFaults, FaultConnection } from '../chat-server-faults';
import { fromEjson, toEjson } from '../ejson';
import { newId } from '../identifiers';
import { isObject } from '../is-object';
import type { Caller } from '../service/accounts';
import { CLOSE, listField, textField, type Frame } from './ddp-frames';

export interface DdpSubscription {
  id: string;
  name: string;
  params: unknown[];
}

export interface DdpHandler {
  method(connection: DdpConnection, id: string, name: string, params: unknown[]): Promise<void>;
  subscribe(connection: DdpConnection, subscription: DdpSubscription): Promise<void>;
  closed(connection: DdpConnection): void;
}

/**
 * One realtime connection: handshake, heartbeat and framing. Frames of a client are handled strictly one after
 * another. There is no resumption: a new connection begins with nothing.
 */
export class DdpConnection {
  readonly id = newId();
  readonly subscriptions = new Map<string, DdpSubscription>();
  caller?: Caller;
  private session?: string;
  private tail: Promise<void> = Promise.resolve();
  private heartbeat?: NodeJS.Timeout;

  constructor(
    private readonly socket: WebSocket,
    private readonly handler: DdpHandler,
    private readonly faults: ChatServerFaults,
    private readonly heartbeatMs: number,
  ) {
    socket.on('message', (data, isBinary) => this.received(data, isBinary));
    socket.on('ping', (data) => {
      if (!this.silent()) socket.pong(data);
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(this.heartbeat);
      this.handler.closed(this);
    });
    this.send({ server_id: '0' });
    this.expectLife();
  }

  send(frame: Frame): void {
    if (this.socket.readyState !== this.socket.OPEN || this.silent()) return;
    if (this.faults.dropOutgoing?.(frame, this.describe())) return;
    this.socket.send(toEjson(frame));
  }

  result(id: string, outcome: { result?: unknown } | { error: unknown }): void {
    this.send({ msg: 'result', id, ...outcome });
    this.send({ msg: 'updated', methods: [id] });
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }

  describe(): FaultConnection {
    return { id: this.id, ...(this.caller && { username: this.caller.user.username }) };
  }

  private received(data: RawData, isBinary: boolean): void {
    if (this.silent()) return;
    this.expectLife();
    if (isBinary) {
      this.close(CLOSE.invalidData, 'Binary frames are not supported');
      return;
    }
    const frame = parse(data);
    if (!frame) {
      this.close(CLOSE.protocolError, 'Malformed frame');
      return;
    }
    if (this.faults.dropIncoming?.(frame, this.describe())) return;
    this.tail = this.tail
      .then(() => this.handle(frame))
      .catch((error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        process.stderr.write(`${JSON.stringify({ level: 'error', frame: frame['msg'], error: text })}\n`);
      });
  }

  private async handle(frame: Frame): Promise<void> {
    const message = textField(frame, 'msg');
    if (message === 'connect') {
      this.connect(frame);
      return;
    }
    if (this.session === undefined) {
      this.close(CLOSE.protocolError, 'Must connect first');
      return;
    }
    const id = textField(frame, 'id');
    switch (message) {
      case 'ping':
        this.send({ msg: 'pong', ...(id !== undefined && { id }) });
        return;
      case 'pong':
        return;
      case 'method': {
        const name = textField(frame, 'method');
        if (id === undefined || name === undefined) break;
        await this.handler.method(this, id, name, listField(frame, 'params'));
        return;
      }
      case 'sub': {
        const name = textField(frame, 'name');
        if (id === undefined || name === undefined) break;
        await this.handler.subscribe(this, { id, name, params: listField(frame, 'params') });
        return;
      }
      case 'unsub':
        if (id === undefined) break;
        this.subscriptions.delete(id);
        this.send({ msg: 'nosub', id });
        return;
      default:
        this.send({ msg: 'error', reason: 'Bad request', offendingMessage: frame });
        return;
    }
    this.close(CLOSE.protocolError, 'Missing id or name');
  }

  private connect(frame: Frame): void {
    if (textField(frame, 'version') !== '1') {
      this.send({ msg: 'failed', version: '1' });
      this.close(CLOSE.protocolError, 'Unsupported version');
      return;
    }
    this.session = newId();
    this.send({ msg: 'connected', session: this.session });
  }

  /** Any frame proves life; after a quiet time we ask, after as long again we give up. */
  private expectLife(): void {
    clearTimeout(this.heartbeat);
    this.heartbeat = setTimeout(() => {
      this.send({ msg: 'ping' });
      this.heartbeat = setTimeout(() => {
        if (!this.silent()) this.close(CLOSE.timeout, 'TIMEOUT');
      }, this.heartbeatMs);
    }, this.heartbeatMs);
  }

  private silent(): boolean {
    return this.faults.silent?.() ?? false;
  }
}

function parse(data: RawData): Frame | undefined {
  const text = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
  try {
    const frame = fromEjson<unknown>(text.toString('utf8'));
    return isObject(frame) ? frame : undefined;
  } catch {
    return undefined;
  }
}
