import type { Readable, Writable } from 'node:stream';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import type { Clock } from '../shared/clock';
import type { ServerTransport } from './server-transport';
import { FrameReader, type FrameViolation, type VIOLATIONS } from './frame-reader';

/** Of its error output: what is kept, from the end. */
const MOST_LOG = 16 * 1024;
/** What waits to be written while it does not read. */
const MOST_UNSENT = 8 * 2 ** 20;

/** The standard streams of a server, wherever it runs. */
export interface ServerStdio {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
}

/**
 * MCP's stdio transport over streams that exist already. Source: MCP 2025-11-25, "Transports", stdio. The server is not
 * trusted: a line has a ceiling, and what is no message is kept as a violation and not passed on.
 */
export class StdioTransport implements ServerTransport {
  onmessage?: Transport['onmessage'];
  onclose?: () => void;
  onerror?: (error: Error) => void;
  /** The first of them; {@link count} knows of all. */
  readonly violations: FrameViolation[] = [];
  private readonly frames = new FrameReader();
  private log = '';
  private logged = 0;
  private closed = false;

  constructor(
    private readonly stdio: ServerStdio,
    private readonly clock: Clock,
  ) {}

  /** The end of what it wrote to its error output. */
  get logTail(): string {
    return this.log;
  }

  /** Bytes of its error output by now. */
  get logBytes(): number {
    return this.logged;
  }

  count(kind: (typeof VIOLATIONS)[number]): number {
    return this.frames.violations(kind);
  }

  start(): Promise<void> {
    const { stdout, stderr, stdin } = this.stdio;
    stdout.on('data', (chunk: Buffer) => this.pass(this.frames.read(chunk, this.clock.monotonic())));
    stdout.once('end', () => {
      this.pass(this.frames.end(this.clock.monotonic()));
      this.over();
    });
    stdout.once('close', () => this.over());
    stderr.on('data', (chunk: Buffer) => {
      this.logged += chunk.length;
      this.log = (this.log + chunk.toString('utf8')).slice(-MOST_LOG);
    });
    for (const stream of [stdout, stderr, stdin]) stream.on('error', (error: Error) => this.onerror?.(error));
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.stdio;
    if (this.closed || stdin.destroyed || stdin.writableEnded)
      return Promise.reject(new Error('the component has ended'));
    if (stdin.writableLength > MOST_UNSENT)
      return Promise.reject(new Error('the component does not read what is sent to it'));
    stdin.write(`${JSON.stringify(message)}\n`);
    return Promise.resolve();
  }

  /** Ends its input, and leaves the rest to whoever started it. */
  close(): Promise<void> {
    if (!this.closed) this.stdio.stdin.end();
    this.over();
    return Promise.resolve();
  }

  private pass(frames: ReturnType<FrameReader['read']>): void {
    for (const frame of frames)
      if ('violation' in frame) this.violations.push(frame.violation);
      else this.onmessage?.(frame.message as JSONRPCMessage);
  }

  private over(): void {
    if (this.closed) return;
    this.closed = true;
    this.onclose?.();
  }
}
