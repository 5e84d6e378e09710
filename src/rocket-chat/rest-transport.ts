import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';
import { ChatError } from './chat-error';
import { classifyChatError } from './chat-error-classifier';
import { RouteHolds } from './route-holds';
import { recordOf, type WireRecord } from './wire-values';

const TIMEOUT_MS = 15_000;
const LARGEST_REPLY_BYTES = 10 * 1024 * 1024;
/** Codes of a connection that ended before any reply; on a kept-alive socket that may be nothing but its old age. */
const RESETS = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNABORTED']);

/**
 * A connection that has lain idle for so long is not used again. Where the network silently drops what stands, each of
 * them would cost a call its whole time, one after the other, once the realtime socket is found dead after 30 s.
 */
const IDLE_MS = 10_000;

type RequestAgents = Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent'>;

export interface RestCall {
  method: 'GET' | 'POST';
  /** Below `/api/v1/` where it does not begin with a slash. */
  route: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}

/**
 * One HTTP exchange with the configured origin and no other: no redirect is followed, no proxy of the environment is
 * used, a reply must be JSON that does not say `success: false`. Rejects with ChatError and nothing else.
 */
export class RestTransport {
  private readonly agents: { http: HttpAgent; https: HttpsAgent };
  private readonly http: AxiosInstance;
  private readonly holds: RouteHolds;
  private readonly inFlight = new Set<AbortController>();

  constructor(
    private readonly base: string,
    private readonly clock: Clock,
    random: Random,
    http?: AxiosInstance,
    idleMs = IDLE_MS,
  ) {
    const pool = { keepAlive: true, timeout: idleMs };
    this.agents = { http: new HttpAgent(pool), https: new HttpsAgent(pool) };
    this.http = http ?? axios.create({ httpAgent: this.agents.http, httpsAgent: this.agents.https });
    this.holds = new RouteHolds(clock, random);
  }

  async call(call: RestCall): Promise<WireRecord> {
    const name = `${call.method} ${call.route}`;
    this.holds.check(name);
    try {
      return await this.exchange(call);
    } catch (failure) {
      // A GET asks and changes nothing; a POST may have happened, so its fate is for the caller to find out.
      if (call.method === 'GET' && isReset(failure)) return await this.exchange(call, freshSocket());
      if (failure instanceof ChatError && failure.kind === 'rate-limited')
        throw this.holds.hold(name, failure);
      throw failure;
    }
  }

  /** Ends every exchange and lets go of the kept-alive sockets. */
  close(): void {
    this.inFlight.forEach((exchange) => exchange.abort());
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private async exchange(call: RestCall, agents: RequestAgents = {}): Promise<WireRecord> {
    const abort = new AbortController();
    this.inFlight.add(abort);
    let late = false;
    const timer = this.clock.after(TIMEOUT_MS, () => {
      late = true;
      abort.abort();
    });
    try {
      const reply = await this.http.request<string>({
        method: call.method,
        url: `${this.base}${call.route.startsWith('/') ? '' : '/api/v1/'}${call.route}`,
        params: call.query,
        data: call.body,
        headers: { accept: 'application/json', ...call.headers },
        signal: abort.signal,
        responseType: 'text',
        transformResponse: (text: string) => text,
        validateStatus: () => true,
        maxRedirects: 0,
        maxContentLength: LARGEST_REPLY_BYTES,
        proxy: false,
        ...agents,
      });
      return this.judge(call, reply.status, reply.data, reply.headers);
    } catch (failure) {
      if (failure instanceof ChatError) throw failure;
      if (late) {
        throw new ChatError('timeout', `${call.route}: no answer within ${TIMEOUT_MS / 1000} s.`);
      }
      throw unreachable(call, failure);
    } finally {
      timer.cancel();
      this.inFlight.delete(abort);
    }
  }

  private judge(call: RestCall, status: number, text: string, headers: unknown): WireRecord {
    const body = jsonOf(text);
    const record = recordOf(body);
    if (
      status >= 200 &&
      status < 300 &&
      record &&
      record['success'] !== false &&
      record['status'] !== 'error'
    )
      return record;
    const refusal = classifyChatError({ status, body, headers: headersOf(headers) }, this.clock.now());
    throw new ChatError(refusal.kind, `${call.route}: ${refusal.message}`, refusal.details);
  }
}

function freshSocket(): RequestAgents {
  return { httpAgent: new HttpAgent(), httpsAgent: new HttpsAgent() };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function headersOf(headers: unknown): Record<string, string> {
  const pairs = Object.entries(recordOf(headers) ?? {});
  return Object.fromEntries(
    pairs.flatMap(([name, value]) => (typeof value === 'string' ? [[name.toLowerCase(), value]] : [])),
  );
}

function codeOf(failure: unknown): string | undefined {
  const code = recordOf(failure)?.['code'];
  return typeof code === 'string' ? code : undefined;
}

function isReset(failure: unknown): boolean {
  return failure instanceof ChatError && RESETS.has(failure.details.errorType ?? '');
}

/** The library's error holds the whole request, token included: only its code goes on. */
function unreachable(call: RestCall, failure: unknown): ChatError {
  const code = codeOf(failure);
  if (code === 'ERR_BAD_RESPONSE') {
    return new ChatError(
      'unreachable',
      `${call.route}: the reply is larger than ${LARGEST_REPLY_BYTES} bytes or broken.`,
      {
        errorType: code,
      },
    );
  }
  return new ChatError(
    'unreachable',
    `${call.route}: the chat server cannot be reached (${code ?? 'connection failed'}).`,
    {
      ...(code && { errorType: code }),
    },
  );
}
