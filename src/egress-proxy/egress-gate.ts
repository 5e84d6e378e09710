import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { type HostAllowList, targetOf } from '../shared/host-allow-list';
import type { PublicAddresses } from './public-addresses';

export type DenialReason = 'not-listed' | 'private-address' | 'limit';

/** The component may not go there. */
export class EgressDenied extends Error {
  constructor(
    readonly target: string,
    readonly reason: DenialReason,
  ) {
    super(WORDS[reason](target));
  }
}

const WORDS: Record<DenialReason, (target: string) => string> = {
  'not-listed': (target) => `${target} is not among the hosts this component was approved with`,
  'private-address': (target) => `${target} leads to an address that is not of the public internet`,
  limit: (target) => `${target}: this component has used up what it may send and receive`,
};

/** Names to addresses, as `dns.promises.lookup` with `all` does it. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/**
 * Decides where a request may go, and to which address: a name is looked up once, every address it leads to must be allowed,
 * and the connection is made to one of those and to no other that the name may lead to a moment later.
 */
export class EgressGate {
  constructor(
    private readonly allowed: HostAllowList,
    private readonly addresses: PublicAddresses,
    private readonly resolve: Resolve,
  ) {}

  /**
   * @param host as it stands in the request: a name, or an address (of IPv6 in brackets)
   * @throws EgressDenied
   * @throws Error of a name that leads nowhere
   */
  async permit(host: string, port: number): Promise<LookupAddress[]> {
    const target = targetOf(host, port).slice(0, 300);
    // Before it is looked up: a name is a message, too.
    if (!this.allowed.has(host, port)) throw new EgressDenied(target, 'not-listed');
    const plain = host.replace(/^\[(.*)\]$/, '$1');
    const family = isIP(plain);
    const found = family > 0 ? [{ address: plain, family }] : await this.resolve(plain);
    if (found.length === 0 || !found.every(({ address }) => this.addresses.allows(address)))
      throw new EgressDenied(target, 'private-address');
    return found;
  }
}
