import WebSocket from 'ws';
import type { Clock } from '../shared/clock';
import { ChatError } from './chat-error';
import { ddpError } from './ddp-error';
import { ddpFrames, parseDdpFrame, type DdpFrame } from './ddp-frames';
import { SilenceWatchdog } from './silence-watchdog';

const CALL_TIMEOUT_MS = 15_000;
const LARGEST_FRAME_BYTES = 10 * 1024 * 1024;

export interface DdpEvents {
  event(collection: string, eventName: string, args: readonly unknown[]): void;
  /** Told once, whoever ended it. Nothing is told afterwards. */
  closed(reason: string): void;
}

interface Waiting {
  what: string;
  resolve(value: unknown): void;
  reject(error: ChatError): void;
}

/**
 * One socket from its first frame to its last; never used again after a loss. Everything that waits for a reply has a
 * time-out of its own and is settled at the latest when the socket ends.
 */
export class DdpConnection {
  private readonly waiting = new Map<string, Waiting>();
  private readonly subscriptions = new Map<string, string>();
  private readonly watchdog: SilenceWatchdog;
  private socket: WebSocket | undefined;
  private lastId = 0;
  private ended: string | undefined;

  constructor(
    private readonly url: string,
    private readonly clock: Clock,
    private readonly events: DdpEvents,
  ) {
    this.watchdog = new SilenceWatchdog(clock, {
      ping: () => this.send(ddpFrames.ping()),
      dead: () => this.close('nothing received for 30 s'),
    });
  }

  get open(): boolean {
    return this.ended === undefined && this.socket?.readyState === WebSocket.OPEN;
  }

  /** Opens the socket and shakes hands. */
  async connect(): Promise<void> {
    const socket = new WebSocket(this.url, { maxPayload: LARGEST_FRAME_BYTES, perMessageDeflate: false });
    this.socket = socket;
    // Listened to for the socket's whole life: an 'error' without listener would end the process.
    socket.on('error', (error) => this.close(`socket error: ${error.message || codeOf(error)}`));
    socket.on('close', (code) => this.close(`closed by the server (${code})`));
    socket.on('open', () => this.send(ddpFrames.connect()));
    socket.on('message', (data, binary) => {
      if (this.ended !== undefined) return;
      this.watchdog.heard();
      if (!binary) this.receive(parseDdpFrame(textOfFrame(data)));
    });
    this.watchdog.start();
    await this.answer('connect', 'connect');
  }

  /** Calls a method; resolves with its result (undefined where it returns nothing). */
  call(method: string, params: readonly unknown[]): Promise<unknown> {
    const id = this.nextId();
    this.send(ddpFrames.method(id, method, params));
    return this.answer(id, method);
  }

  /** Resolves when the server said ready; a subscription the server drops later ends the connection. */
  async subscribe(name: string, eventName: string): Promise<void> {
    const id = this.nextId();
    this.send(ddpFrames.sub(id, name, eventName));
    await this.answer(id, `${name} ${eventName.replace(/^.*\//, '')}`);
    this.subscriptions.set(id, name);
  }

  /** Ends the connection at once, without waiting for the other side: it may be gone. */
  close(reason: string): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.watchdog.stop();
    this.socket?.terminate();
    const lost = new ChatError('unreachable', `The chat socket ended: ${reason}.`);
    for (const waiting of [...this.waiting.values()]) waiting.reject(lost);
    this.events.closed(reason);
  }

  private receive(frame: DdpFrame | undefined): void {
    switch (frame?.kind) {
      case 'ping':
        return this.send(ddpFrames.pong(frame.id));
      case 'connected':
        return this.waiting.get('connect')?.resolve(undefined);
      case 'failed':
        return this.close(`the server speaks only DDP version ${frame.version}`);
      case 'result':
        return this.settle(frame.id, frame.error, frame.result);
      case 'ready':
        return frame.subs.forEach((id) => this.waiting.get(id)?.resolve(undefined));
      case 'nosub':
        return this.dropped(frame.id, frame.error);
      case 'event':
        return this.events.event(frame.collection, frame.eventName, frame.args);
      case 'pong':
      case undefined:
        return;
    }
  }

  private settle(id: string, error: unknown, result: unknown): void {
    const waiting = this.waiting.get(id);
    if (error === undefined || error === null) waiting?.resolve(result);
    else waiting?.reject(ddpError(waiting.what, error));
  }

  private dropped(id: string, error: unknown): void {
    const name = this.subscriptions.get(id);
    if (name) return this.close(`the server dropped the subscription ${name}`);
    const waiting = this.waiting.get(id);
    waiting?.reject(ddpError(waiting.what, error));
  }

  private answer(id: string, what: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ended !== undefined) {
        reject(new ChatError('unreachable', `${what}: the chat socket is closed.`));
        return;
      }
      const finish = (): void => {
        timer.cancel();
        this.waiting.delete(id);
      };
      const timer = this.clock.after(CALL_TIMEOUT_MS, () => {
        finish();
        reject(
          new ChatError(
            'timeout',
            `${what}: no answer on the chat socket within ${CALL_TIMEOUT_MS / 1000} s.`,
          ),
        );
      });
      this.waiting.set(id, {
        what,
        resolve: (value) => {
          finish();
          resolve(value);
        },
        reject: (error) => {
          finish();
          reject(error);
        },
      });
    });
  }

  private send(frame: string): void {
    if (this.open) this.socket?.send(frame);
  }

  private nextId(): string {
    return String(++this.lastId);
  }
}

/** A refused connection to a name with two addresses has a code and no message. */
function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

function textOfFrame(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
