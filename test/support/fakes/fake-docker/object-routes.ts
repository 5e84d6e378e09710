import type { EndpointSettings } from 'dockerode';
import { type FakeImage, type FakeNetwork, type FakeVolume, fitsLabels } from './engine-objects';
import type { FakeEngine } from './fake-engine';
import { noSuchImage } from './refusal';
import { filtersOf, isTrue, type Route } from './routes';

/** Networks, volumes and images. */
export const OBJECT_ROUTES: readonly Route[] = [
  [
    'GET',
    /^\/networks$/,
    ({ engine, query }) => [
      200,
      [...engine.networks.all.values()]
        .filter(({ labels }) => fitsLabels(labels, filtersOf(query)))
        .map((network) => networkReport(network)),
    ],
  ],
  [
    'POST',
    /^\/networks\/create$/,
    ({ engine, body }) => {
      const {
        Name = '',
        Internal = false,
        Labels = {},
      } = body as {
        Name?: string;
        Internal?: boolean;
        Labels?: Record<string, string>;
      };
      return [201, { Id: engine.networks.create(Name, Internal, Labels).id, Warning: '' }];
    },
  ],
  [
    'GET',
    /^\/networks\/([^/]+)$/,
    ({ engine, which }) => [200, networkReport(engine.networks.named(which), engine)],
  ],
  [
    'DELETE',
    /^\/networks\/([^/]+)$/,
    ({ engine, which }) => {
      engine.networks.remove(which, engine.containers.values());
      return [204];
    },
  ],
  [
    'POST',
    /^\/networks\/([^/]+)\/connect$/,
    ({ engine, which, body }) => {
      const { Container, EndpointConfig } = body as { Container: string; EndpointConfig?: EndpointSettings };
      engine.networks.named(which);
      engine.networks.connect(engine.container(Container), which, EndpointConfig ?? {});
      return [200];
    },
  ],
  [
    'POST',
    /^\/networks\/([^/]+)\/disconnect$/,
    ({ engine, which, body }) => {
      engine.networks.disconnect(engine.container((body as { Container: string }).Container), which);
      return [200];
    },
  ],
  [
    'GET',
    /^\/volumes$/,
    ({ engine, query }) => {
      const found = [...engine.volumes.values()].filter(({ labels }) => fitsLabels(labels, filtersOf(query)));
      return [200, { Volumes: found.map(volumeReport), Warnings: null }];
    },
  ],
  [
    'POST',
    /^\/volumes\/create$/,
    ({ engine, body }) => {
      const { Name, Labels = {} } = body as { Name: string; Labels?: Record<string, string> };
      return [201, volumeReport(engine.createVolume(Name, Labels))];
    },
  ],
  [
    'DELETE',
    /^\/volumes\/([^/]+)$/,
    ({ engine, which }) => {
      engine.removeVolume(which);
      return [204];
    },
  ],
  [
    'GET',
    /^\/images\/json$/,
    ({ engine, query }) => {
      const found = engine.images.filter(({ labels }) => fitsLabels(labels, filtersOf(query)));
      return [200, found.map(imageEntry)];
    },
  ],
  [
    'GET',
    /^\/images\/(.+)\/json$/,
    ({ engine, which }) => {
      const image = engine.image(which);
      if (!image) throw prefixed(which);
      return [200, imageReport(image)];
    },
  ],
  [
    'DELETE',
    /^\/images\/(.+)$/,
    ({ engine, which, query }) => [200, engine.removeImage(which, isTrue(query, 'force'))],
  ],
];

function prefixed(reference: string): Error {
  const refusal = noSuchImage(reference);
  refusal.message = `no such image: ${reference}: ${refusal.message}`;
  return refusal;
}

function networkReport(
  { id, name, created, internal, labels, number }: FakeNetwork,
  engine?: FakeEngine,
): object {
  const network = engine?.networks.named(id);
  const on = network ? (engine?.networks.on(network, engine.containers.values()) ?? []) : [];
  return {
    Name: name,
    Id: id,
    Created: created,
    Scope: 'local',
    Driver: 'bridge',
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: null,
      Config: [{ Subnet: `172.${number}.0.0/16`, Gateway: `172.${number}.0.1` }],
    },
    Internal: internal,
    Attachable: false,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      on.map((container) => [
        container.id,
        {
          Name: container.name,
          EndpointID: container.endpoints.get(name)?.endpointId,
          MacAddress: '02:42:ac:11:00:02',
          IPv4Address: `${container.endpoints.get(name)?.address}/16`,
          IPv6Address: '',
        },
      ]),
    ),
    Options: {},
    Labels: labels,
  };
}

function volumeReport({ name, created, labels }: FakeVolume): object {
  return {
    CreatedAt: created,
    Driver: 'local',
    Labels: labels,
    Mountpoint: `/var/lib/docker/volumes/${name}/_data`,
    Name: name,
    Options: null,
    Scope: 'local',
  };
}

function imageReport({ id, references, entrypoint, labels, digests }: FakeImage): object {
  const config = {
    Hostname: '',
    Domainname: '',
    User: '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: null,
    Cmd: null,
    Image: '',
    Volumes: null,
    WorkingDir: '',
    OnBuild: null,
  };
  return {
    Id: id,
    RepoTags: references,
    RepoDigests: digests,
    Parent: '',
    Comment: '',
    Created: '2026-01-01T00:00:00Z',
    Container: '',
    ContainerConfig: { ...config, Entrypoint: null, Labels: null },
    DockerVersion: '',
    Author: '',
    Config: { ...config, Entrypoint: entrypoint, Labels: Object.keys(labels).length > 0 ? labels : null },
    Architecture: 'amd64',
    Os: 'linux',
    Size: 1982370,
    VirtualSize: 1982370,
    GraphDriver: { Data: null, Name: 'overlay2' },
    RootFS: { Type: 'layers', Layers: [id] },
    Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
  };
}

function imageEntry({ id, references, labels, digests }: FakeImage): object {
  return {
    Containers: -1,
    Created: 1767225600,
    Id: id,
    Labels: Object.keys(labels).length > 0 ? labels : null,
    ParentId: '',
    RepoDigests: digests.length > 0 ? digests : null,
    RepoTags: references,
    SharedSize: -1,
    Size: 1982370,
    VirtualSize: 1982370,
  };
}
