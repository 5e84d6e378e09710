import { SdkError, SdkErrorCode, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Clock } from '../shared/clock';
import type { FrameViolation } from './frame-reader';
import type { ServerTransport } from './server-transport';
import type { ServerStdio } from './stdio-transport';

const MOST_LOG = 16 * 1024;
/** Of one answer: it is held in memory whole. */
const MOST_ANSWER = 8 * 2 ** 20;
const LOOK_MS = 200;
const LOOK_WITHIN_MS = 2_000;

/**
 * MCP's streamable HTTP over a door into a container. Source: MCP 2025-11-25, "Transports". The server is not trusted: it
 * sends us to no other address, and one answer has a ceiling. Its standard streams are its log, and their end is its end; so
 * is the break of a connection over which it was asked something.
 */
export class HttpTransport extends StreamableHTTPClientTransport implements ServerTransport {
  readonly violations: FrameViolation[] = [];
  private log = '';
  private logged = 0;

  /** @param url on the door */
  constructor(url: URL, stdio: ServerStdio) {
    super(url, {
      fetch: (to, init) => fetchFrom(url.origin, to, init, () => this.end()),
      requestInit: { redirect: 'error' },
      reconnectionOptions: {
        initialReconnectionDelay: 1_000,
        maxReconnectionDelay: 10_000,
        reconnectionDelayGrowFactor: 2,
        maxRetries: 2,
      },
    });
    for (const stream of [stdio.stdout, stdio.stderr])
      stream.on('data', (chunk: Buffer) => {
        this.logged += chunk.length;
        this.log = (this.log + chunk.toString('utf8')).slice(-MOST_LOG);
      });
    stdio.stdout.once('close', () => this.end());
    stdio.stdin.on('error', () => undefined);
  }

  get logTail(): string {
    return this.log;
  }

  get logBytes(): number {
    return this.logged;
  }

  count(): number {
    return 0;
  }

  private end(): void {
    void this.close().catch(() => undefined);
  }
}

/** @returns whether it answered within its time, with whatever */
export async function listens(url: URL, clock: Clock, withinMs: number): Promise<boolean> {
  const until = clock.monotonic() + withinMs;
  for (;;) {
    const answered = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(LOOK_WITHIN_MS),
    }).then(
      async ({ body }) => (await body?.cancel().catch(() => undefined), true),
      () => false,
    );
    if (answered || clock.monotonic() >= until) return answered;
    await clock.sleep(LOOK_MS);
  }
}

/** @param onBreak told where something was asked, and the connection broke before the whole of an answer was there */
async function fetchFrom(
  origin: string,
  to: string | URL,
  init: RequestInit | undefined,
  onBreak: () => void,
): Promise<Response> {
  const url = new URL(to);
  if (url.origin !== origin) throw new Error('the component sent us to another address');
  const broken = (error: unknown): unknown => {
    // The stream for what the server has to say by itself is opened again by the library: nothing was asked over it.
    if (init?.method !== 'POST' || init.signal?.aborted) return error;
    onBreak();
    return new SdkError(SdkErrorCode.ConnectionClosed, 'its connection broke');
  };
  const answer = await fetch(url, { ...init, redirect: 'error' }).catch((error: unknown) => {
    throw broken(error);
  });
  if (!answer.body) return answer;
  const { status, statusText, headers } = answer;
  return new Response(capped(answer.body, broken), { status, statusText, headers });
}

/** @param broken what is made of an error of its source */
function capped(
  source: ReadableStream<Uint8Array>,
  broken: (error: unknown) => unknown,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let bytes = 0;
  return new ReadableStream<Uint8Array>({
    pull: async (stream) => {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw broken(error);
      });
      if (done) return stream.close();
      bytes += value.length;
      // A stream that stays open for what the server has to say is one answer, too.
      if (bytes <= MOST_ANSWER) return stream.enqueue(value);
      void reader.cancel().catch(() => undefined);
      throw new Error(`its answer is larger than ${MOST_ANSWER} bytes`);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
