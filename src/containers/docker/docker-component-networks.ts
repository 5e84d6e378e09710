import {
  type ComponentNetwork,
  ComponentNetworks,
  type EgressProxy,
  type EgressTarget,
  type NetworkPurpose,
} from '../component-networks';
import type { DockerClient } from './docker-client';
import { isMissing } from './docker-failure';
import { EGRESS_NAME, EgressChannel } from './egress-channel';
import type { HelperContainer, HelperContainers } from './helper-containers';
import { isolatedNetwork } from './isolated-network';

/** {@link ComponentNetworks} over Docker: a bridge without an address of the machine, and without a way out. */
export class DockerComponentNetworks extends ComponentNetworks {
  constructor(
    private readonly client: DockerClient,
    private readonly helpers: HelperContainers,
  ) {
    super();
  }

  async ready(): Promise<boolean> {
    return (await this.helpers.imageId()) !== undefined;
  }

  async open(purpose: NetworkPurpose): Promise<ComponentNetwork> {
    const { maker, clock, random } = this.helpers;
    const name = `rdzen-net-${purpose.word}-${random.id(8).toLowerCase()}`;
    const version = await this.client.version();
    const options = isolatedNetwork({ ...purpose, name }, maker, version, clock.now());
    const { id } = await this.client.call({ verb: 'create', subject: `network ${name}` }, (abortSignal) =>
      this.client.api.createNetwork({ ...options, abortSignal }),
    );
    return new IsolatedNetwork(id, name, purpose, this.client, this.helpers);
  }
}

class IsolatedNetwork implements ComponentNetwork {
  private proxy?: HelperContainer;
  private closing?: Promise<void>;

  constructor(
    readonly id: string,
    readonly name: string,
    private readonly purpose: NetworkPurpose,
    private readonly client: DockerClient,
    private readonly helpers: HelperContainers,
  ) {}

  async allow(allowed: readonly EgressTarget[]): Promise<EgressProxy> {
    const { settings, clock } = this.helpers;
    const { labels, lifetimeMs } = this.purpose;
    this.proxy = await this.helpers.start({
      kind: 'egress',
      env: {
        RDZEN_EGRESS_ALLOW: allowed.join(','),
        RDZEN_EGRESS_OPEN: settings.open.join(','),
        RDZEN_EGRESS_CLOSED: settings.closed.join(','),
        RDZEN_EGRESS_CLIENTS: (await this.subnets()).join(','),
      },
      labels,
      lifetimeMs,
      network: settings.outer,
      also: { network: this.id, aliases: [EGRESS_NAME] },
    });
    return EgressChannel.open(this.proxy, clock);
  }

  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    await this.proxy?.remove();
    const asked = { verb: 'remove', subject: `network ${this.name}` };
    const work = (): Promise<void> =>
      this.client
        .call(
          asked,
          (abortSignal) => this.client.api.getNetwork(this.id).remove({ abortSignal }) as Promise<void>,
        )
        .catch((error: unknown) => {
          if (!isMissing(error)) throw error;
        });
    // The engine is away, or something that could not be removed still stands on it.
    await work().catch(() => this.helpers.late.add(asked.subject, work));
  }

  private async subnets(): Promise<string[]> {
    const asked = { verb: 'inspect', subject: `network ${this.name}` };
    const { IPAM } = await this.client.call(
      asked,
      () => this.client.api.getNetwork(this.id).inspect() as Promise<Told>,
    );
    return (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : []));
  }
}

interface Told {
  IPAM?: { Config?: { Subnet?: string }[] };
}
