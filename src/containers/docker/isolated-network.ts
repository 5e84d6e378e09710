import type { NetworkCreateOptions } from 'dockerode';
import { EXPIRES, labelsOf, type Maker } from './labels';

const ISOLATED_SINCE = 28;
const BRIDGE = 'com.docker.network.bridge';

/**
 * The create call of a network on which no address of the machine is in reach. Internal alone leaves the bridge's own; since
 * Docker 28 the driver can do without one (`gateway_mode_ipv4=isolated`), and before it can be told not to set one
 * (`inhibit_ipv4`).
 *
 * @param version of the engine
 * @param now epoch ms
 */
export function isolatedNetwork(
  { name, labels, lifetimeMs }: { name: string; labels: Record<string, string>; lifetimeMs: number },
  maker: Maker,
  version: string,
  now: number,
): NetworkCreateOptions {
  const isolated = Number(version.split('.')[0]) >= ISOLATED_SINCE;
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: 'bridge',
    Internal: true,
    EnableIPv6: false,
    Options: isolated
      ? { [`${BRIDGE}.gateway_mode_ipv4`]: 'isolated', [`${BRIDGE}.gateway_mode_ipv6`]: 'isolated' }
      : { [`${BRIDGE}.inhibit_ipv4`]: 'true' },
    Labels: {
      ...labelsOf(maker, labels),
      [EXPIRES]: String(Math.ceil((now + lifetimeMs) / 1000)),
    },
  };
}
