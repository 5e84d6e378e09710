import { isIP } from 'node:net';

/** @throws Error that names the variable, its value and what is allowed */
export function readTarget(env: Record<string, string | undefined>): { host: string; port: number } {
  const text = env.RDZEN_GATE_TARGET ?? '';
  const at = text.lastIndexOf(':');
  const host = text.slice(0, Math.max(0, at)).replace(/^\[(.*)\]$/, '$1');
  const port = Number(text.slice(at + 1));
  if (isIP(host) > 0 && Number.isInteger(port) && port >= 1 && port <= 65_535) return { host, port };
  throw new Error(`RDZEN_GATE_TARGET is "${text}"; allowed: an address and a port, such as 172.30.0.2:8080`);
}
