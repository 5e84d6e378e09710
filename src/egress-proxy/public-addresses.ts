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

/** Which addresses the proxy may connect to. */
export class PublicAddresses {
  private readonly never = listOf(NEVER_4, NEVER_6);
  private readonly notPublic = listOf(PRIVATE_4, PRIVATE_6);
  private readonly givenOut = listOf([], [GIVEN_OUT_6]);
  private readonly opened: BlockList;
  private readonly closed: BlockList;

  /**
   * @param opened networks beyond the public internet that may be reached all the same, as CIDR
   * @param closed networks or addresses that may not, whatever else is said
   */
  constructor(opened: readonly string[] = [], closed: readonly string[] = []) {
    this.opened = cidrList(opened);
    this.closed = cidrList(closed);
  }

  allows(address: string): boolean {
    const version = isIP(address);
    if (version === 0) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (this.never.check(address, family) || this.closed.check(address, family)) return false;
    if (this.opened.check(address, family)) return true;
    if (this.notPublic.check(address, family)) return false;
    return version === 4 || this.givenOut.check(address, family);
  }
}

/** @throws Error that names what is no network */
export function cidrList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const length = bits === undefined ? most : Number(bits);
    if (version === 0 || !Number.isInteger(length) || length < 0 || length > most || bits === '')
      throw new Error(`"${network}" is no network; allowed: an address with its bits, such as 10.1.0.0/16`);
    list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function listOf(four: Subnet[], six: Subnet[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of four) list.addSubnet(address, bits, 'ipv4');
  for (const [address, bits] of six) list.addSubnet(address, bits, 'ipv6');
  return list;
}
