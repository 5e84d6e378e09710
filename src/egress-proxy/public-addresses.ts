import { BlockList, isIP } from 'node:net';

type Subnet = [address: string, bits: number];

/** Never reached, whatever the operator opens: this container, its links (with the metadata address), many at once. */
const NEVER_4: Subnet[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Not of the public internet. Source: IANA, IPv4 Special-Purpose Address Registry. */
const PRIVATE_4: Subnet[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
];
const NEVER_6: Subnet[] = [
  ['::', 96],
  ['::ffff:0:0', 96],
  // Addresses of IPv4 in other clothes: translation, Teredo, 6to4.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fe80::', 10],
  ['ff00::', 8],
];
/** Within what is given out at all. Source: IANA, IPv6 Special-Purpose Address Registry. */
const PRIVATE_6: Subnet[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
];
const GIVEN_OUT_6: Subnet = ['2000::', 3];

/** Networks of both versions. Apart, because a list of Node's takes an address of IPv4 for one of `::ffff:0:0/96` as well. */
export class Networks {
  private readonly lists = { 4: new BlockList(), 6: new BlockList() };

  /** @throws Error that names what is no network */
  static of(networks: readonly string[]): Networks {
    return new Networks(networks.map(parseNetwork));
  }

  constructor(subnets: readonly Subnet[]) {
    for (const [address, bits] of subnets) {
      const version = isIP(address) === 4 ? 4 : 6;
      this.lists[version].addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
    }
  }

  has(address: string): boolean {
    const version = isIP(address);
    if (version === 4) return this.lists[4].check(address, 'ipv4');
    return version === 6 && this.lists[6].check(address, 'ipv6');
  }
}

/** Which addresses the proxy may connect to. */
export class PublicAddresses {
  private readonly never = new Networks([...NEVER_4, ...NEVER_6]);
  private readonly notPublic = new Networks([...PRIVATE_4, ...PRIVATE_6]);
  private readonly givenOut = new Networks([['0.0.0.0', 0], GIVEN_OUT_6]);
  private readonly opened: Networks;
  private readonly closed: Networks;

  /**
   * @param opened networks beyond the public internet that may be reached all the same, as CIDR
   * @param closed networks or addresses that may not, whatever else is said
   * @throws Error that names what is no network
   */
  constructor(opened: readonly string[] = [], closed: readonly string[] = []) {
    this.opened = Networks.of(opened);
    this.closed = Networks.of(closed);
  }

  /** @param address what is none is not allowed */
  allows(address: string): boolean {
    if (this.never.has(address) || this.closed.has(address)) return false;
    if (this.opened.has(address)) return true;
    return this.givenOut.has(address) && !this.notPublic.has(address);
  }
}

function parseNetwork(network: string): Subnet {
  const [address = '', bits, more] = network.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  const length = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (isIP(address) > 0 && length >= 0 && length <= most && more === undefined) return [address, length];
  throw new Error(`"${network}" is no network; allowed: an address with its bits, such as 10.1.0.0/16`);
}
