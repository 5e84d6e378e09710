/** Of the program's environment; whoever starts it decides, the component cannot. */
export interface ProxySettings {
  port: number;
  /** `host:port`; empty: nothing is let out. */
  allow: readonly string[];
  /** Networks beyond the public internet that may be reached, as CIDR. */
  open: readonly string[];
  /** Networks and addresses that may not, as CIDR. */
  closed: readonly string[];
  /** Networks that may use it, as CIDR; empty: any. */
  clients: readonly string[];
  limits: ProxyLimits;
}

export interface ProxyLimits {
  /** At once. */
  connections: number;
  /** Without a byte in either direction. */
  idleMs: number;
  /** Of one connection, both directions. */
  connectionBytes: number;
  /** Of all of them. */
  totalBytes: number;
}

const MiB = 2 ** 20;

/** @throws Error that names the variable, its value and what is allowed */
export function readProxySettings(env: Record<string, string | undefined>): ProxySettings {
  return {
    port: whole('RDZEN_EGRESS_PORT', env.RDZEN_EGRESS_PORT, 3128, 1, 65_535),
    allow: words(env.RDZEN_EGRESS_ALLOW),
    open: words(env.RDZEN_EGRESS_OPEN),
    closed: words(env.RDZEN_EGRESS_CLOSED),
    clients: words(env.RDZEN_EGRESS_CLIENTS),
    limits: {
      connections: whole('RDZEN_EGRESS_CONNECTIONS', env.RDZEN_EGRESS_CONNECTIONS, 32, 1, 1_000),
      idleMs: whole('RDZEN_EGRESS_IDLE_S', env.RDZEN_EGRESS_IDLE_S, 120, 1, 3_600) * 1000,
      connectionBytes: whole('RDZEN_EGRESS_MB', env.RDZEN_EGRESS_MB, 256, 1, 65_536) * MiB,
      totalBytes: whole('RDZEN_EGRESS_TOTAL_MB', env.RDZEN_EGRESS_TOTAL_MB, 2_048, 1, 1_048_576) * MiB,
    },
  };
}

function words(text = ''): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

function whole(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (!text) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name} is "${text}"; allowed: a whole number from ${min} to ${max}`);
}
