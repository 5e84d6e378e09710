import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock } from '../../shared/clock';
import type { Random } from '../../shared/random';
import type { DockerClient } from './docker-client';

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 5_000;
const PING_EVERY_MS = 10_000;
const PING_MS = 5_000;
const NANOSECONDS = 1_000_000_000n;
const ASKED = { verb: 'tell', subject: 'its events' };

/** One line of `GET /events`. Source: Docker Engine API, `EventMessage`. */
export interface DockerEvent {
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes?: Record<string, string> };
  /** Nanoseconds since the epoch; beyond what a number holds exactly, which is good enough to compare lives. */
  timeNano: number;
}

export interface EventStreamHooks {
  onEvent(event: DockerEvent): void;
  /** The stream is there, for the first time or again: what happened meanwhile may never be told. */
  onOpen(): Promise<void>;
  onHealth(problem: string | undefined, version?: string): void;
}

/**
 * The engine's events, for as long as there is an engine: a stream that breaks is opened again where it broke, and an
 * engine that hangs shows by a call every 10 s. What the events do not tell any more is left to whoever looks on opening.
 */
export class EventStream {
  private readonly ending = new AbortController();
  private current?: AbortController;
  private since?: string;
  private waitMs = FIRST_WAIT_MS;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: DockerClient,
    private readonly hooks: EventStreamHooks,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  start(): void {
    this.running = Promise.all([this.follow(), this.ping()]);
  }

  async stop(): Promise<void> {
    this.ending.abort(new Error('stopping'));
    this.current?.abort(new Error('stopping'));
    await this.running;
  }

  private async follow(): Promise<void> {
    while (!this.over) {
      try {
        await this.readOnce();
      } catch (error) {
        if (!this.over) this.hooks.onHealth(error instanceof Error ? error.message : String(error));
      }
      await this.pause(this.random.jitter(this.waitMs, 0.1));
      this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
    }
  }

  private async readOnce(): Promise<void> {
    const current = new AbortController();
    this.current = current;
    const version = await this.client.version();
    const stream = await this.client.open(ASKED, current.signal, (abortSignal) =>
      this.client.api.getEvents({
        abortSignal,
        filters: JSON.stringify({ type: ['container', 'network'] }),
        ...(this.since === undefined ? {} : { since: this.since }),
      } as object),
    );
    this.waitMs = FIRST_WAIT_MS;
    this.hooks.onHealth(undefined, version);
    const lines = this.readLines(stream as Readable);
    await this.hooks.onOpen();
    await lines;
  }

  private async readLines(stream: Readable): Promise<void> {
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => this.take(line));
    await new Promise<void>((resolve) => {
      // It passes on the errors of its input, and one that nobody hears would end the process.
      lines.on('error', () => resolve());
      stream.once('error', () => resolve());
      stream.once('close', () => resolve());
    });
    lines.close();
    stream.destroy();
  }

  private take(line: string): void {
    let event: DockerEvent;
    try {
      event = JSON.parse(line) as DockerEvent;
    } catch {
      // Cut by the end of the stream; it is told again.
      return;
    }
    this.since = justAfter(line) ?? this.since;
    this.hooks.onEvent(event);
  }

  /** A hung engine sends no events, as a calm one does. */
  private async ping(): Promise<void> {
    while (!this.over) {
      await this.pause(PING_EVERY_MS);
      if (this.over || this.waitMs > FIRST_WAIT_MS) continue;
      try {
        await this.client.version(PING_MS);
      } catch (error) {
        if (this.over) return;
        this.hooks.onHealth(error instanceof Error ? error.message : String(error));
        this.current?.abort(new Error('the engine hangs'));
      }
    }
  }

  private get over(): boolean {
    return this.ending.signal.aborted;
  }

  private async pause(ms: number): Promise<void> {
    await this.clock.sleep(ms, this.ending.signal).catch(() => undefined);
  }
}

/**
 * One nanosecond on, or the last event would be told twice. Read from the text: a number rounds nanoseconds since the
 * epoch to the next 256.
 */
export function justAfter(line: string): string | undefined {
  const [, digits] = /"timeNano":(\d+)/.exec(line) ?? [];
  if (digits === undefined) return undefined;
  const next = BigInt(digits) + 1n;
  return `${next / NANOSECONDS}.${(next % NANOSECONDS).toString().padStart(9, '0')}`;
}
