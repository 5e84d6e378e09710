import type { Readable } from 'node:stream';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import type { Clock } from '../shared/clock';
import { Deadline } from '../shared/deadline';
import { beginningOf } from './answer-body';
import { isPlainHttp } from './plain-http';
import { RegistryAuthorizer, type RegistryCredentials, type Wanted } from './registry-authorizer';
import { malformed, notReached, refused, timedOut } from './registry-failure';

export interface RegistryOptions {
  clock: Clock;
  /** Hosts, each with or without port, that are asked without TLS; those of this machine always are. */
  plainHttp?: readonly string[];
  /** A registry that is reached, without TLS, under another address than the one by which its images are named. */
  reachedAt?: { host: string; address: string };
  credentials?: RegistryCredentials;
  /** Where `https_proxy` and `no_proxy` stand; registries without TLS are never asked through a proxy. */
  environment?: Readonly<Record<string, string | undefined>>;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Of the whole call with its body, milliseconds. */
  withinMs?: number;
}

export interface Ask extends Wanted {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/v2/<repository>/`, or where the registry said to go on. */
  at: string | URL;
  headers?: Record<string, string>;
  body?: Buffer | { size: number; open(): Readable };
  /** What is asked for, in words for errors. */
  what: string;
  /** Statuses that are no failure besides 200 to 299. */
  also?: readonly number[];
  withinMs: number;
}

export interface RegistryAnswer {
  status: number;
  /** Where it came from, after redirects. */
  url: URL;
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  body: Readable;
}

const CONNECT_MS = 6_000;
const QUIET_MS = 60_000;
const MOST_REDIRECTS = 5;
const FAILURE_TEXT_BYTES = 16 * 1024;
/** What was to be sent could not be read; no fault of the registry. */
class SourceFailure extends Error {}

const ENDLESS = new AbortController().signal;

/** HTTP to registries: deadline and signal over the whole call, log-in when asked for, redirects of reads, our errors. */
export class RegistryTransport {
  private readonly authorizer: RegistryAuthorizer;
  private readonly plainHttp: readonly string[];
  private made?: { direct: Dispatcher; proxied: Dispatcher };

  constructor(private readonly options: RegistryOptions) {
    const { plainHttp = [], reachedAt } = options;
    this.plainHttp = reachedAt ? [...plainHttp, reachedAt.address] : plainHttp;
    this.authorizer = new RegistryAuthorizer(options.credentials, (url) => ({
      allowed: this.isSafe(url),
      dispatcher: this.dispatcherFor(url),
    }));
  }

  private get agents(): { direct: Dispatcher; proxied: Dispatcher } {
    return (this.made ??= this.makeAgents());
  }

  private makeAgents(): { direct: Dispatcher; proxied: Dispatcher } {
    const { environment } = this.options;
    // A connection for each request: one that a restarted registry has left would fail the next, which may not be repeatable.
    const settings = {
      connect: { timeout: CONNECT_MS },
      headersTimeout: QUIET_MS,
      bodyTimeout: QUIET_MS,
      pipelining: 0,
    };
    const of = (name: string): string => environment?.[name] ?? environment?.[name.toUpperCase()] ?? '';
    const direct = new Agent(settings);
    const proxied =
      of('https_proxy') === ''
        ? direct
        : new EnvHttpProxyAgent({
            ...settings,
            httpProxy: '',
            httpsProxy: of('https_proxy').includes('://') ? of('https_proxy') : `http://${of('https_proxy')}`,
            noProxy: of('no_proxy'),
          });
    return { direct, proxied };
  }

  /**
   * @param read what is made of a good answer, within the deadline; its body must be used up or destroyed
   * @throws RdzenError REGISTRY_*; the signal's reason once it aborts
   */
  async call<T>(
    ask: Ask,
    { signal = ENDLESS, withinMs = ask.withinMs }: CallOptions,
    read: (answer: RegistryAnswer) => Promise<T> | T,
  ): Promise<T> {
    signal.throwIfAborted();
    const deadline = new Deadline(this.options.clock, withinMs, signal);
    try {
      const answer = await this.authorized(ask, deadline.signal);
      if (answer.status < 300 || ask.also?.includes(answer.status)) return await read(answer);
      const text = await beginningOf(answer.body, FAILURE_TEXT_BYTES);
      deadline.signal.throwIfAborted();
      throw refused(ask.host, ask.what, answer.status, text);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceFailure) throw error.cause;
      if (deadline.signal.aborted) throw timedOut(ask.host, ask.what, withinMs / 1_000);
      throw notReached(ask.host, ask.what, error);
    } finally {
      deadline.end();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.made?.direct.destroy(), this.made?.proxied.destroy()]);
  }

  /** Where the registry sends us on, whole or relative. @throws RdzenError REGISTRY_ANSWER_MALFORMED */
  next(location: string | undefined, from: URL, what: string): URL {
    const to =
      location !== undefined && URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
    if (!to) throw malformed(what, 'it does not say where to go on');
    if (this.isSafe(to) && (from.protocol === 'http:' || to.protocol === 'https:')) return to;
    throw malformed(
      what,
      `it sends us on to ${to.protocol}//${to.host}, without TLS`,
      'Behind a proxy that speaks TLS set its http.relativeurls, or have the proxy send X-Forwarded-Proto.',
    );
  }

  private async authorized(ask: Ask, signal: AbortSignal): Promise<RegistryAnswer> {
    const first = await this.redirected(ask, this.authorizer.header(ask), signal);
    if (first.status !== 401) return first;
    const authorization = await this.authorizer.answer(first.headers['www-authenticate'], ask, signal);
    if (authorization === undefined) return first;
    first.body.on('error', () => undefined).destroy();
    return await this.redirected(ask, authorization, signal);
  }

  private async redirected(
    ask: Ask,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<RegistryAnswer> {
    const { reachedAt } = this.options;
    const host = reachedAt?.host === ask.host ? reachedAt.address : ask.host;
    const home = new URL(`${isPlainHttp(host, this.plainHttp) ? 'http' : 'https'}://${host}`);
    let url = typeof ask.at === 'string' ? new URL(`/v2/${ask.repository}/${ask.at}`, home) : ask.at;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const answer = await this.send(
        url,
        ask,
        url.origin === home.origin ? authorization : undefined,
        signal,
      );
      const moved = [301, 302, 303, 307, 308].includes(answer.status) && ['GET', 'HEAD'].includes(ask.method);
      if (!moved) return answer;
      answer.body.on('error', () => undefined).destroy();
      url = this.next(answer.headers['location'], url, ask.what);
    }
    throw malformed(ask.what, 'it sends us on without end');
  }

  private async send(
    url: URL,
    ask: Ask,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<RegistryAnswer> {
    const { method, body } = ask;
    const size = Buffer.isBuffer(body) ? body.length : (body?.size ?? 0);
    const sent = body === undefined || Buffer.isBuffer(body) ? (body ?? null) : body.open();
    let sourceFailure: SourceFailure | undefined;
    if (sent && !Buffer.isBuffer(sent))
      sent.once('error', (cause) => {
        sourceFailure = new SourceFailure('the source of a body failed', { cause });
      });
    const {
      statusCode,
      headers,
      body: answered,
    } = await request(url, {
      method,
      dispatcher: this.dispatcherFor(url),
      signal,
      headers: {
        'user-agent': 'rdzen',
        'accept-encoding': 'identity',
        ...(['POST', 'PUT'].includes(method) && { 'content-length': String(size) }),
        ...ask.headers,
        ...(authorization !== undefined && { authorization }),
      },
      body: sent,
    }).catch((error: unknown) => {
      throw sourceFailure ?? error;
    });
    const single = Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]);
    return {
      status: statusCode,
      url,
      headers: Object.fromEntries(single) as RegistryAnswer['headers'],
      body: answered,
    };
  }

  private dispatcherFor(url: URL): Dispatcher {
    return url.protocol === 'https:' ? this.agents.proxied : this.agents.direct;
  }

  private isSafe(url: URL): boolean {
    if (url.username !== '' || url.password !== '') return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && isPlainHttp(url.host, this.plainHttp));
  }
}
