const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether a registry is asked without TLS: on this machine itself, or where its operator said so by name.
 *
 * @param host with the port, where there is one
 * @param named hosts, each with or without a port
 */
export function isPlainHttp(host: string, named: readonly string[]): boolean {
  const bare = host.replace(/:\d+$/, '');
  return LOOPBACK.test(bare) || named.includes(host) || named.includes(bare);
}
