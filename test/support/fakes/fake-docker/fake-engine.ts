import type { ContainerCreateOptions, EndpointSettings } from 'dockerode';
import { type FakeImage, type FakeVolume, fitsLabels, found, newId } from './engine-objects';
import { EngineTime } from './engine-time';
import { EventJournal } from './event-journal';
import { FakeContainer, type Mounted } from './fake-container';
import { FakeNetworks } from './fake-networks';
import { noSuchContainer, noSuchImage, Refusal } from './refusal';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

export type Filters = Record<string, string[] | undefined>;

/** What the engine holds, and what can be done with it. */
export class FakeEngine {
  readonly time = new EngineTime();
  readonly journal = new EventJournal(this.time);
  readonly networks = new FakeNetworks(this.time, this.journal);
  readonly containers = new Map<string, FakeContainer>();
  readonly volumes = new Map<string, FakeVolume>();
  readonly images: FakeImage[] = [];
  private stopping = false;

  addImage(reference: string, image: Partial<FakeImage> = {}): FakeImage {
    const made: FakeImage = {
      id: `sha256:${newId()}`,
      references: [reference],
      entrypoint: ['/bin/sh'],
      labels: {},
      digests: [],
      ...image,
    };
    this.images.push(made);
    return made;
  }

  image(reference: string): FakeImage | undefined {
    const named = /:[\w.-]+$|@|^sha256:/.test(reference) ? reference : `${reference}:latest`;
    return this.images.find(
      ({ id, references, digests }) =>
        id === reference || references.includes(named) || digests.includes(named),
    );
  }

  container(which: string): FakeContainer {
    const container = found(this.containers.values(), which.replace(/^\//, ''));
    if (!container) throw noSuchContainer(which);
    return container;
  }

  create(name: string | null, config: ContainerCreateOptions | null): FakeContainer {
    if (!config) throw new Refusal(400, 'Config cannot be empty in order to create a container');
    const called = name ?? `made-${newId().slice(0, 8)}`;
    this.requireFree(called);
    const image = this.image(config.Image ?? '');
    if (!image) throw noSuchImage(config.Image ?? '');
    const container = new FakeContainer(called, image, config, this.mounts(config), {
      time: this.time,
      tell: (of, action, more) => this.tell(of, action, more),
      network: (of, action) => this.networks.ofLife(of, action),
    });
    for (const [network, settings] of Object.entries(attachedTo(config)))
      this.networks.attach(container, network, settings);
    this.containers.set(container.id, container);
    this.tell(container, 'create');
    return container;
  }

  rename(which: string, name: string | null): void {
    const container = this.container(which);
    if (!name) throw new Refusal(400, 'Neither old nor new names may be empty');
    if (name === container.name)
      throw new Refusal(400, 'Renaming a container with the same name as its current name');
    if (!NAME.test(name))
      throw new Refusal(
        400,
        `Error when allocating new name: Invalid container name (/${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
      );
    this.requireFree(name);
    const oldName = `/${container.name}`;
    container.name = name;
    this.tell(container, 'rename', { oldName });
  }

  async remove(which: string, force: boolean, volumes: boolean): Promise<void> {
    const container = this.container(which);
    await container.remove(force);
    this.containers.delete(container.id);
    if (volumes)
      for (const { source } of container.mounts)
        if (this.volumes.get(source)?.anonymous && !this.usersOf(source).length) this.dropVolume(source);
    this.tell(container, 'destroy');
  }

  createVolume(name: string, labels: Record<string, string>, anonymous = false): FakeVolume {
    const known = this.volumes.get(name);
    if (known) return known;
    const volume = { name, labels, anonymous, created: this.time.stamp().replace(/\.\d+/, '') };
    this.volumes.set(name, volume);
    this.journal.tell('volume', 'create', name, { driver: 'local' });
    return volume;
  }

  removeVolume(name: string): void {
    if (!this.volumes.has(name)) throw new Refusal(404, `get ${name}: no such volume`);
    const [user] = this.usersOf(name);
    if (user) throw new Refusal(409, `remove ${name}: volume is in use - [${user.id}]`);
    this.dropVolume(name);
  }

  removeImage(reference: string, force: boolean): object[] {
    const image = this.image(reference);
    if (!image) throw noSuchImage(reference);
    const user = [...this.containers.values()].find((container) => container.image === image);
    if (user && (!force || user.running))
      throw new Refusal(
        409,
        `conflict: unable to remove repository reference "${reference}" (must force) - container ${user.id.slice(0, 12)} is using its referenced image ${image.id.slice(7, 19)}`,
      );
    this.images.splice(this.images.indexOf(image), 1);
    return [...image.references.map((Untagged) => ({ Untagged })), { Deleted: image.id }];
  }

  listContainers(all: boolean, filters: Filters): FakeContainer[] {
    return [...this.containers.values()].filter(
      (container) =>
        (all || container.running) &&
        fitsLabels(container.labels, filters) &&
        (filters.name ?? [container.name]).some((name) => container.name.includes(name)),
    );
  }

  /** Ends every life; nothing is told any more. */
  async end(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.containers.values()].map((container) => container.vanish()));
  }

  private tell(container: FakeContainer, action: string, more: Record<string, string> = {}): void {
    if (this.stopping) return;
    const image = container.config.Image ?? '';
    const attributes = { ...more, image, name: container.name, ...container.labels };
    this.journal.tell('container', action, container.id, attributes, image);
  }

  private requireFree(name: string): void {
    if (!NAME.test(name))
      throw new Refusal(400, `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
    const holder = [...this.containers.values()].find((container) => container.name === name);
    if (holder)
      throw new Refusal(
        409,
        `Conflict. The container name "/${name}" is already in use by container "${holder.id}". You have to remove (or rename) that container to be able to reuse that name.`,
      );
  }

  private mounts({ HostConfig, Volumes }: ContainerCreateOptions): Mounted[] {
    const bound = (HostConfig?.Binds ?? []).map((bind): Mounted => {
      const [source = '', target = '', mode] = bind.split(':');
      const kind = source.startsWith('/') ? 'bind' : 'volume';
      return { kind, source, target, mode: mode ?? (kind === 'bind' ? '' : 'z') };
    });
    const declared = (HostConfig?.Mounts ?? []).map(({ Type, Source, Target, ReadOnly }): Mounted => {
      const kind = Type === 'bind' ? 'bind' : 'volume';
      return { kind, source: Source || newId(), target: Target, mode: ReadOnly ? 'ro' : 'z' };
    });
    const all = [...bound, ...declared];
    for (const { kind, source } of all) if (kind === 'volume') this.createVolume(source, {});
    for (const target of Object.keys(Volumes ?? {})) {
      if (all.some((mount) => mount.target === target)) continue;
      const { name } = this.createVolume(newId(), {}, true);
      all.push({ kind: 'volume', source: name, target, mode: '' });
    }
    return all;
  }

  private usersOf(volume: string): FakeContainer[] {
    return [...this.containers.values()].filter(({ mounts }) =>
      mounts.some(({ source }) => source === volume),
    );
  }

  private dropVolume(name: string): void {
    this.volumes.delete(name);
    this.journal.tell('volume', 'destroy', name, { driver: 'local' });
  }
}

function attachedTo({
  HostConfig,
  NetworkingConfig,
}: ContainerCreateOptions): Record<string, EndpointSettings> {
  const asked = (NetworkingConfig?.EndpointsConfig ?? {}) as Record<string, EndpointSettings>;
  if (Object.keys(asked).length > 0) return asked;
  const mode = HostConfig?.NetworkMode ?? 'default';
  return { [mode === 'default' ? 'bridge' : mode]: {} };
}
