import { ContainerNetworks, type NetworkInfo } from '../container-networks';
import { DockerCalls } from './docker-calls';
import type { DockerClient } from './docker-client';
import { isMissing } from './docker-failure';
import { labelsOf, type Maker } from './labels';

/** {@link ContainerNetworks} over Docker: bridges of this machine. */
export class DockerNetworks extends ContainerNetworks {
  private readonly calls: DockerCalls;

  constructor(
    private readonly client: DockerClient,
    private readonly maker: Maker,
  ) {
    super();
    this.calls = new DockerCalls(client);
  }

  async create({
    name,
    internal,
    labels,
  }: {
    name: string;
    internal: boolean;
    labels?: Record<string, string>;
  }): Promise<string> {
    const { id } = await this.client.call({ verb: 'create', subject: `network ${name}` }, (abortSignal) =>
      this.client.api.createNetwork({
        Name: name,
        // Docker keeps networks by id, and would make a second one of the same name.
        CheckDuplicate: true,
        Driver: 'bridge',
        Internal: internal,
        Labels: labelsOf(this.maker, labels),
        abortSignal,
      }),
    );
    return id;
  }

  connect(network: string, container: string, aliases: string[] = []): Promise<void> {
    return this.calls.connect(container, { network, settings: { Aliases: aliases } });
  }

  disconnect(network: string, container: string): Promise<void> {
    return this.calls.disconnect(container, network);
  }

  async remove(network: string): Promise<void> {
    try {
      await this.client.call({ verb: 'remove', subject: `network ${network}` }, (abortSignal) =>
        this.client.api.getNetwork(network).remove({ abortSignal }),
      );
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  async list(label: string): Promise<NetworkInfo[]> {
    const found = await this.client.call({ verb: 'list', subject: `networks with ${label}` }, (abortSignal) =>
      this.client.api.listNetworks({ filters: JSON.stringify({ label: [label] }), abortSignal }),
    );
    return found.map(({ Id, Name, Internal, Labels }) => ({
      id: Id,
      name: Name,
      internal: Internal === true,
      labels: { ...Labels },
    }));
  }
}
