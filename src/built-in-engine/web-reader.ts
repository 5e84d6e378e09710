import type { Readable } from 'node:stream';
import { EnvHttpProxyAgent, request } from 'undici';
import { EngineUnavailable } from './engine-unavailable';
import { asWebFailure, WebFailure } from './web-failure';

const CONNECT_MS = 6_000;
const FIRST_BYTE_MS = 20_000;
const MOST_REDIRECTS = 5;

export interface WebReaderOptions {
  environment: Readonly<Record<string, string | undefined>>;
  /** A body that sends nothing for that long is given up. */
  idleMs: number;
}

export interface WebRequest {
  url: URL;
  method?: 'GET' | 'HEAD';
  headers?: Record<string, string>;
  /** Sent to the host of `url` only, never to where it redirects. */
  token?: string;
  /** An answer with this header is the last one, even if it redirects. */
  enoughWith?: string;
  signal: AbortSignal;
}

export interface WebAnswer {
  status: number;
  host: string;
  /** Lower-case names. */
  headers: Record<string, string | undefined>;
  /** Of every answer on the way here, the earliest winning: the hub describes a file before it redirects to it. */
  onTheWay: Record<string, string | undefined>;
  body: Readable;
}

/** HTTP GET through the proxies of the environment, with deadlines, following redirects by hand. */
export class WebReader {
  private readonly agent: EnvHttpProxyAgent;
  private readonly proxied: boolean;

  /** @throws EngineUnavailable for a proxy that is no address */
  constructor({ environment, idleMs }: WebReaderOptions) {
    const setting = (name: string): string => environment[name] ?? environment[name.toUpperCase()] ?? '';
    this.proxied = setting('http_proxy') !== '' || setting('https_proxy') !== '';
    try {
      this.agent = new EnvHttpProxyAgent({
        httpProxy: address(setting('http_proxy')),
        httpsProxy: address(setting('https_proxy')),
        noProxy: setting('no_proxy'),
        // Many proxies tunnel to port 443 only.
        proxyTunnel: false,
        connect: { timeout: CONNECT_MS },
        headersTimeout: FIRST_BYTE_MS,
        bodyTimeout: idleMs,
      });
    } catch {
      throw new EngineUnavailable(
        'HTTP_PROXY or HTTPS_PROXY is no address (not shown: it may hold a password)',
        'Write it as http://host:port',
      );
    }
  }

  /** @throws WebFailure; the signal's reason once it aborts. Any HTTP status is an answer. */
  async open(wanted: WebRequest): Promise<WebAnswer> {
    let url = wanted.url;
    const onTheWay: Record<string, string | undefined> = {};
    for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
      const answer = await this.ask(url, wanted, url.origin === wanted.url.origin);
      for (const [name, value] of Object.entries(answer.headers)) onTheWay[name] ??= value;
      const location = [301, 302, 303, 307, 308].includes(answer.status)
        ? answer.headers['location']
        : undefined;
      if (location === undefined || (wanted.enoughWith && answer.headers[wanted.enoughWith]))
        return { ...answer, onTheWay };
      answer.body.on('error', () => undefined).destroy();
      url = redirected(location, url);
    }
    throw new WebFailure(`${wanted.url.host} redirects without end`, {
      remedy: 'Check HF_ENDPOINT',
      transient: false,
    });
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async ask(url: URL, wanted: WebRequest, home: boolean): Promise<Omit<WebAnswer, 'onTheWay'>> {
    const { method = 'GET', token, signal } = wanted;
    try {
      const { statusCode, headers, body } = await request(url, {
        method,
        dispatcher: this.agent,
        signal,
        headers: {
          'user-agent': 'rdzen',
          'accept-encoding': 'identity',
          ...wanted.headers,
          ...(home && token && { authorization: `Bearer ${token}` }),
        },
      });
      const single = Object.entries(headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value[0] : value,
      ]);
      return {
        status: statusCode,
        host: url.host,
        headers: Object.fromEntries(single) as Record<string, string | undefined>,
        body,
      };
    } catch (error) {
      signal.throwIfAborted();
      throw asWebFailure(error, url.host, this.proxied);
    }
  }
}

function redirected(location: string, from: URL): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  const safe = to && (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:'));
  if (safe) return to;
  throw new WebFailure(`${from.host} redirects to where no file can be fetched safely`, {
    remedy: 'Check HF_ENDPOINT and the proxy',
    transient: false,
  });
}

/** As other programs read it: without a scheme it is http. */
function address(proxy: string): string {
  return proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`;
}
