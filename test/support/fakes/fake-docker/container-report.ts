import type { FakeContainer } from './fake-container';
import type { FakeEndpoint } from './engine-objects';

/** What the engine puts in where nothing is asked for. */
const HOST_DEFAULTS = {
  Binds: null,
  ContainerIDFile: '',
  LogConfig: { Type: 'json-file', Config: {} },
  NetworkMode: 'default',
  PortBindings: null,
  RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
  AutoRemove: false,
  VolumeDriver: '',
  VolumesFrom: null,
  CapAdd: null,
  CapDrop: null,
  CgroupnsMode: 'host',
  Dns: null,
  DnsOptions: null,
  DnsSearch: null,
  ExtraHosts: null,
  GroupAdd: null,
  IpcMode: 'private',
  Cgroup: '',
  Links: null,
  OomScoreAdj: 0,
  PidMode: '',
  Privileged: false,
  PublishAllPorts: false,
  ReadonlyRootfs: false,
  SecurityOpt: null,
  UTSMode: '',
  UsernsMode: '',
  ShmSize: 67108864,
  Runtime: 'runc',
  ConsoleSize: [0, 0],
  Isolation: '',
  CpuShares: 0,
  Memory: 0,
  NanoCpus: 0,
  CgroupParent: '',
  BlkioWeight: 0,
  BlkioWeightDevice: null,
  BlkioDeviceReadBps: null,
  BlkioDeviceWriteBps: null,
  BlkioDeviceReadIOps: null,
  BlkioDeviceWriteIOps: null,
  CpuPeriod: 0,
  CpuQuota: 0,
  CpuRealtimePeriod: 0,
  CpuRealtimeRuntime: 0,
  CpusetCpus: '',
  CpusetMems: '',
  Devices: null,
  DeviceCgroupRules: null,
  DeviceRequests: null,
  KernelMemory: 0,
  KernelMemoryTCP: 0,
  MemoryReservation: 0,
  MemorySwap: 0,
  MemorySwappiness: null,
  OomKillDisable: false,
  PidsLimit: null,
  Ulimits: null,
  CpuCount: 0,
  CpuPercent: 0,
  IOMaximumIOps: 0,
  IOMaximumBandwidth: 0,
  MaskedPaths: ['/proc/kcore'],
  ReadonlyPaths: ['/proc/sys'],
};
const CONFIG_DEFAULTS = {
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
  Volumes: null,
  WorkingDir: '',
  OnBuild: null,
};
const BARE_ENDPOINT = {
  IPv6Gateway: '',
  GlobalIPv6Address: '',
  GlobalIPv6PrefixLen: 0,
};

/** `GET /containers/{id}/json`, with the fields of Docker 20.10. */
export function inspected(container: FakeContainer): object {
  const { id, config, command } = container;
  const {
    HostConfig,
    name: _,
    NetworkingConfig: __,
    ...ownConfig
  } = config as Record<string, unknown> & typeof config;
  const [Path = '', ...Args] = command;
  const bridge = endpointReport(
    [...container.endpoints.values()].find(({ network }) => network.name === 'bridge'),
    container,
  );
  const alive = container.process !== undefined;
  const home = container.startedAt.startsWith('0001') ? '' : `/var/lib/docker/containers/${id}`;
  return {
    Id: id,
    Created: container.created,
    Path,
    Args,
    State: stateReport(container),
    Image: container.image.id,
    ResolvConfPath: home && `${home}/resolv.conf`,
    HostnamePath: home && `${home}/hostname`,
    HostsPath: home && `${home}/hosts`,
    LogPath: home && `${home}/${id}-json.log`,
    Name: `/${container.name}`,
    RestartCount: container.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: null,
    HostConfig: {
      ...HOST_DEFAULTS,
      ...HostConfig,
      RestartPolicy: { ...HOST_DEFAULTS.RestartPolicy, ...HostConfig?.RestartPolicy },
      NetworkMode: HostConfig?.NetworkMode ?? 'default',
    },
    GraphDriver: { Data: { LowerDir: '', MergedDir: '', UpperDir: '', WorkDir: '' }, Name: 'overlay2' },
    Mounts: container.mounts.map(mountReport),
    Config: {
      Hostname: id.slice(0, 12),
      ...CONFIG_DEFAULTS,
      Entrypoint: container.image.entrypoint,
      ...ownConfig,
      Labels: container.labels,
    },
    NetworkSettings: {
      Bridge: '',
      SandboxID: alive ? id : '',
      HairpinMode: false,
      LinkLocalIPv6Address: '',
      LinkLocalIPv6PrefixLen: 0,
      Ports: {},
      SandboxKey: alive ? `/var/run/docker/netns/${id.slice(0, 12)}` : '',
      SecondaryIPAddresses: null,
      SecondaryIPv6Addresses: null,
      ...BARE_ENDPOINT,
      EndpointID: bridge?.EndpointID ?? '',
      Gateway: bridge?.Gateway ?? '',
      IPAddress: bridge?.IPAddress ?? '',
      IPPrefixLen: bridge?.IPPrefixLen ?? 0,
      MacAddress: bridge?.MacAddress ?? '',
      Networks: networksReport(container),
    },
  };
}

/** One entry of `GET /containers/json`. */
export function listed(container: FakeContainer): object {
  const { id, name, image, command, config, status } = container;
  return {
    Id: id,
    Names: [`/${name}`],
    Image: config.Image,
    ImageID: image.id,
    Command: command.join(' '),
    Created: Math.floor(Date.parse(container.created) / 1000),
    Ports: [],
    Labels: container.labels,
    State: status,
    Status: status,
    HostConfig: { NetworkMode: config.HostConfig?.NetworkMode ?? 'default' },
    NetworkSettings: { Networks: networksReport(container) },
    Mounts: container.mounts.map(mountReport),
  };
}

function stateReport(container: FakeContainer): object {
  const { status, running } = container;
  return {
    Status: status,
    Running: running,
    Paused: status === 'paused',
    Restarting: status === 'restarting',
    OOMKilled: container.oomKilled,
    Dead: false,
    Pid: container.process?.pid ?? 0,
    ExitCode: container.exitCode,
    Error: container.error,
    StartedAt: container.startedAt,
    FinishedAt: container.finishedAt,
  };
}

function networksReport(container: FakeContainer): object {
  return Object.fromEntries(
    [...container.endpoints.values()].map((endpoint) => [
      endpoint.network.name,
      endpointReport(endpoint, container),
    ]),
  );
}

function endpointReport(
  endpoint: FakeEndpoint | undefined,
  container: FakeContainer,
): Record<string, unknown> | undefined {
  if (!endpoint) return undefined;
  const { network, settings, endpointId, address } = endpoint;
  const alive = container.process !== undefined && endpointId !== '';
  // Every network but the first of all knows a container by the beginning of its id as well.
  const aliases =
    network.name === 'bridge'
      ? (settings.Aliases ?? null)
      : [...(settings.Aliases ?? []), container.id.slice(0, 12)];
  return {
    IPAMConfig: settings.IPAMConfig ?? null,
    Links: settings.Links ?? null,
    Aliases: aliases,
    NetworkID: container.startedAt.startsWith('0001') ? '' : network.id,
    EndpointID: alive ? endpointId : '',
    Gateway: alive ? `172.${network.number}.0.1` : '',
    IPAddress: alive ? address : '',
    IPPrefixLen: alive ? 16 : 0,
    ...BARE_ENDPOINT,
    MacAddress: alive ? '02:42:ac:11:00:02' : '',
    DriverOpts: settings.DriverOpts ?? null,
  };
}

function mountReport({ kind, source, target, mode }: FakeContainer['mounts'][number]): object {
  return kind === 'bind'
    ? {
        Type: 'bind',
        Source: source,
        Destination: target,
        Mode: mode,
        RW: mode !== 'ro',
        Propagation: 'rprivate',
      }
    : {
        Type: 'volume',
        Name: source,
        Source: `/var/lib/docker/volumes/${source}/_data`,
        Destination: target,
        Driver: 'local',
        Mode: mode,
        RW: mode !== 'ro',
        Propagation: '',
      };
}
