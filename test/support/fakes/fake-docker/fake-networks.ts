import type { EndpointSettings } from 'dockerode';
import { type FakeNetwork, found, newId } from './engine-objects';
import type { EngineTime } from './engine-time';
import type { EventJournal } from './event-journal';
import type { FakeContainer } from './fake-container';
import { Refusal } from './refusal';

const PREDEFINED = ['bridge', 'host', 'none'];

/** Networks, and who is on them. */
export class FakeNetworks {
  readonly all = new Map<string, FakeNetwork>();
  private addresses = 1;

  constructor(
    private readonly time: EngineTime,
    private readonly journal: EventJournal,
  ) {
    for (const name of PREDEFINED) this.add(name, false, {});
  }

  named(which: string): FakeNetwork {
    const network = found(this.all.values(), which);
    if (!network) throw new Refusal(404, `network ${which} not found`);
    return network;
  }

  create(name: string, internal: boolean, labels: Record<string, string>): FakeNetwork {
    if ([...this.all.values()].some((network) => network.name === name))
      throw new Refusal(409, `network with name ${name} already exists`);
    const network = this.add(name, internal, labels);
    this.journal.tell('network', 'create', network.id, { name, type: 'bridge' });
    return network;
  }

  remove(which: string, containers: Iterable<FakeContainer>): void {
    const network = this.named(which);
    const { name, id } = network;
    if (PREDEFINED.includes(name))
      throw new Refusal(403, `${name} is a pre-defined network and cannot be removed`);
    if (this.on(network, containers).length > 0)
      throw new Refusal(403, `error while removing network: network ${name} id ${id} has active endpoints`);
    this.all.delete(id);
    this.journal.tell('network', 'destroy', id, { name, type: 'bridge' });
  }

  /** Those that run on it. */
  on({ name }: FakeNetwork, containers: Iterable<FakeContainer>): FakeContainer[] {
    return [...containers].filter(({ process, endpoints }) => process && endpoints.has(name));
  }

  /** A network that does not exist shows only when the container starts. */
  attach(container: FakeContainer, which: string, settings: EndpointSettings): void {
    const network = found(this.all.values(), which) ?? { ...this.unknown(which) };
    container.endpoints.set(network.name, { network, settings, endpointId: '', address: '' });
  }

  connect(container: FakeContainer, which: string, settings: EndpointSettings): void {
    const network = this.named(which);
    const running = container.process !== undefined;
    if (running && container.endpoints.has(network.name))
      throw new Refusal(
        403,
        `endpoint with name ${container.name} already exists in network ${network.name}`,
      );
    this.attach(container, network.id, settings);
    if (running) this.join(container, network.name);
  }

  disconnect(container: FakeContainer, which: string): void {
    const network = this.named(which);
    if (!container.endpoints.has(network.name))
      throw new Refusal(500, `container ${container.id} is not connected to network ${network.name}`);
    container.endpoints.delete(network.name);
    if (!container.process) return;
    // Moby 20.10 tells it twice.
    this.tell(container, network, 'disconnect');
    this.tell(container, network, 'disconnect');
  }

  /** With every start and end of a container. */
  ofLife(container: FakeContainer, action: 'connect' | 'disconnect'): void {
    if (action === 'connect')
      for (const { network } of container.endpoints.values())
        if (!this.all.has(network.id)) throw new Refusal(404, `network ${network.name} not found`);
    for (const { network } of container.endpoints.values()) {
      if (action === 'connect') this.join(container, network.name);
      else this.tell(container, network, 'disconnect');
    }
  }

  private join(container: FakeContainer, name: string): void {
    const endpoint = container.endpoints.get(name);
    if (!endpoint) return;
    endpoint.endpointId = newId();
    endpoint.address = `172.${endpoint.network.number}.0.${++this.addresses}`;
    this.tell(container, endpoint.network, 'connect');
  }

  private tell(container: FakeContainer, { id, name }: FakeNetwork, action: string): void {
    this.journal.tell('network', action, id, { container: container.id, name, type: 'bridge' });
  }

  private add(name: string, internal: boolean, labels: Record<string, string>): FakeNetwork {
    const network = { ...this.unknown(name), internal, labels };
    this.all.set(network.id, network);
    return network;
  }

  private unknown(name: string): FakeNetwork {
    const number = 17 + this.all.size;
    return { id: newId(), name, created: this.time.stamp(), internal: false, labels: {}, number };
  }
}
