export const THIS_MACHINE = 'this machine';

const LOOPBACK = /^(localhost|127(\.\d+){3}|0\.0\.0\.0|::1?)$/;

/**
 * The machine a core runs on, as far as its address tells: cores with the same value share its processors.
 *
 * @param ownAddresses addresses and names of this machine, without brackets or scope
 */
export function hostOf(url: string, ownAddresses: readonly string[]): string {
  const host = plain(new URL(url).hostname);
  const own = LOOPBACK.test(host) || ownAddresses.some((address) => address.toLowerCase() === host);
  return own ? THIS_MACHINE : host;
}

/** Without brackets and closing dot, and an IPv4 address that is written as an IPv6 one in its usual form. */
function plain(hostname: string): string {
  const host = hostname.replace(/^\[|[\].]$/g, '').toLowerCase();
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return host;
  return [high, low]
    .map((half) => Number.parseInt(half, 16))
    .flatMap((half) => [half >> 8, half & 255])
    .join('.');
}
