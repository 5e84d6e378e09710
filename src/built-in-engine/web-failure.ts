import { CERTIFICATE_REMEDY, NETWORK_REMEDY, networkFailure } from './network-failure';

/** A request that did not give what was asked for. Says no more of the address than the host. */
export class WebFailure extends Error {
  constructor(
    readonly reason: string,
    readonly options: {
      remedy: string;
      /** May go away by itself within seconds. */
      transient: boolean;
      /** Not even a connection. */
      unreachable?: boolean;
      /** Where the server says how long to wait. */
      retryAfterMs?: number;
      /** HTTP status, where there was one. */
      status?: number;
    },
  ) {
    super(reason);
    this.name = 'WebFailure';
  }
}

/** Reads what undici threw. @param proxied whether a proxy may stand between, and be the one that fails */
export function asWebFailure(error: unknown, host: string, proxied = false): WebFailure {
  if (error instanceof WebFailure) return error;
  const { code, message, cause } = error as NodeJS.ErrnoException & { cause?: unknown };
  const proxy = /Proxy response \((\d+)\)/.exec(message)?.[1];
  if (proxy !== undefined)
    return new WebFailure(`the proxy answers ${proxy} on the way to ${host}`, {
      remedy: "Check HTTPS_PROXY and NO_PROXY (and the proxy's user and password)",
      transient: /^5/.test(proxy),
      unreachable: true,
    });
  const known = networkFailure(code ?? (cause as NodeJS.ErrnoException | undefined)?.code ?? '', {
    host: proxied ? `${host} (or the proxy on the way there)` : host,
  });
  if (!known)
    return new WebFailure(`the request to ${host} failed (${code ?? 'no code'})`, {
      remedy: NETWORK_REMEDY,
      transient: true,
    });
  return new WebFailure(known.text, {
    remedy: known.certificate ? CERTIFICATE_REMEDY : NETWORK_REMEDY,
    transient: known.transient,
    unreachable: known.unreachable,
  });
}

/** The hub's refusals, by what a person can do about them. */
export function refusal(status: number, host: string, errorCode: string, retryAfter?: string): WebFailure {
  if (errorCode === 'GatedRepo')
    return new WebFailure(`${host} gives this model only to people who have accepted its terms`, {
      remedy: "Accept the terms on the model's page and set HF_TOKEN to a token of that account",
      transient: false,
      status,
    });
  if (status === 401 || status === 403)
    return new WebFailure(`${host} refuses (${status}): the model is private, gated, or does not exist`, {
      remedy: 'Check the name; for a private or gated model set HF_TOKEN',
      transient: false,
      status,
    });
  if (status === 404 || status === 410)
    return new WebFailure(`${host} does not have it (${status})`, {
      remedy: 'Check the name of the repository, the file and the revision',
      transient: false,
      status,
    });
  const seconds = Number(retryAfter);
  return new WebFailure(`${host} answers ${status}`, {
    remedy: 'Try again later',
    transient: status === 408 || status === 425 || status === 429 || status >= 500,
    status,
    ...(Number.isFinite(seconds) && seconds > 0 && { retryAfterMs: Math.min(seconds, 30) * 1_000 }),
  });
}
