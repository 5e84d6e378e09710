import type { ContainerCreateOptions, ContainerInspectInfo, EndpointSettings, HostConfig } from 'dockerode';
import { REPLACES } from './labels';

/** How a container is attached to one network. */
export interface Attachment {
  network: string;
  settings: EndpointSettings;
}

/** All that is needed to make a container of the same kind again, wherever the old one has gone. */
export interface Blueprint {
  /** Of the container it was taken from. */
  id: string;
  name: string;
  /** Id of the image, whatever its name points to by now. */
  imageId: string;
  options: ContainerCreateOptions;
  attachments: Attachment[];
}

/** What the engine tells of one as it stands. */
export function blueprintOf(name: string, found: ContainerInspectInfo): Blueprint {
  const { Config, HostConfig, Id, Image } = found;
  const labels = Object.fromEntries(
    Object.entries(Config.Labels ?? {}).filter(([label]) => label !== REPLACES),
  );
  return {
    id: Id,
    name,
    imageId: Image,
    options: {
      ...Config,
      // Given by the engine, after the id of the container.
      Hostname: Id.startsWith(Config.Hostname) ? undefined : Config.Hostname,
      Labels: labels,
      HostConfig: { ...HostConfig, Binds: binds(found), Mounts: mounts(found) },
    },
    attachments: Object.entries(found.NetworkSettings.Networks)
      .map(([network, settings]) => ({ network, settings: lasting(settings, Id) }))
      .sort((a, b) => (a.network < b.network ? -1 : 1)),
  };
}

/** The newer blueprint, with the networks of the older that were lost since. */
export function joined(newer: Blueprint, older: Blueprint | undefined): Blueprint {
  const has = new Set(newer.attachments.map(({ network }) => network));
  const lost = older?.attachments.filter(({ network }) => !has.has(network)) ?? [];
  return { ...newer, attachments: [...newer.attachments, ...lost] };
}

/** @param image in place of its own */
export function replacementOptions(blueprint: Blueprint, image?: string): ContainerCreateOptions {
  const { name, id, options, attachments } = blueprint;
  const [first] = attachments;
  return {
    ...options,
    name,
    ...(image === undefined ? {} : { Image: image }),
    Labels: { ...options.Labels, [REPLACES]: id },
    // Engines before API 1.44 take one network here; the others are connected before it starts.
    ...(first ? { NetworkingConfig: { EndpointsConfig: { [first.network]: first.settings } } } : {}),
  };
}

/** Networks it should be on and is not. */
export function missingAttachments(blueprint: Blueprint, found: ContainerInspectInfo): Attachment[] {
  return blueprint.attachments.filter(({ network }) => !(network in found.NetworkSettings.Networks));
}

/** With the volumes that have no name of their own: they hold its data as much as the others. */
function binds({ HostConfig, Mounts }: ContainerInspectInfo): string[] {
  const named = HostConfig.Binds ?? [];
  const declared = (HostConfig.Mounts ?? []).map(({ Target }) => Target);
  const nameless = Mounts.filter(
    ({ Type, Destination }) =>
      Type === 'volume' &&
      !declared.includes(Destination) &&
      !named.some((bind) => bind.split(':')[1] === Destination),
  );
  return [...named, ...nameless.map(({ Name, Destination }) => `${Name}:${Destination}`)];
}

/** Those without a source have a volume that the engine named. */
function mounts({ HostConfig, Mounts }: ContainerInspectInfo): HostConfig['Mounts'] {
  return HostConfig.Mounts?.map((mount) =>
    mount.Type !== 'volume' || mount.Source
      ? mount
      : { ...mount, Source: Mounts.find(({ Destination }) => Destination === mount.Target)?.Name ?? '' },
  );
}

/** Without what the engine gave it for this life only. */
function lasting({ Aliases, IPAMConfig, Links, DriverOpts }: EndpointSettings, id: string): EndpointSettings {
  const aliases = (Aliases ?? []).filter((alias) => !id.startsWith(alias));
  return { Aliases: aliases, IPAMConfig, Links, DriverOpts };
}
