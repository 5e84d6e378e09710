import { hostileToCores } from './core-requests';
import {
  component,
  CORE,
  CORE_LABELS,
  COMPONENT_ID,
  DIGEST,
  FILES,
  egressHelper,
  FOREIGN,
  helper,
  HELPER_IMAGE,
  HAD,
  HAD_BY_CORE2,
  KEPT,
  KEPT_TWICE,
  type Request,
  replacement,
  SCRATCH,
  STANDING,
  STRAY,
  UNKNOWN,
  WATCHED,
} from './guard-world';

const call = (text: string, body?: unknown): Request => ({
  call: text,
  ...(body === undefined ? {} : { body }),
});
const config = (key: string, ...values: unknown[]): Request[] =>
  values.map((value) => component({ [key]: value }));
const host = (key: string, ...values: unknown[]): Request[] =>
  values.map((value) => component({}, { [key]: value }));
const same = (key: string, ...values: unknown[]): Request[] =>
  values.map((value) => replacement({}, { [key]: value }));
const aid = (key: string, ...values: unknown[]): Request[] => values.map((value) => helper({ [key]: value }));
const aidHost = (key: string, ...values: unknown[]): Request[] =>
  values.map((value) => helper({}, { [key]: value }));
const at = (Target: string): object[] => [{ Type: 'volume', Source: 'rdzen-state', Target }];
const isolated = { Options: { 'com.docker.network.bridge.inhibit_ipv4': 'true' } };
const NOTHING = undefined;

/** What a row of HostConfig that is not there would let through: each is a way to the host or to others. */
export const UNLISTED: Readonly<Record<string, unknown>> = {
  Privileged: true,
  privileged: true,
  PRIVILEGED: true,
  Binds: ['/:/host'],
  CapAdd: ['SYS_ADMIN'],
  Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda', CgroupPermissions: 'rwm' }],
  DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }],
  DeviceCgroupRules: ['a *:* rwm'],
  PidMode: 'host',
  UTSMode: 'host',
  UsernsMode: 'host',
  CgroupParent: '/',
  Sysctls: { 'kernel.core_pattern': '|/x' },
  VolumesFrom: [FOREIGN],
  VolumeDriver: 'evil',
  Links: ['mongodb:db'],
  ExtraHosts: ['host:host-gateway'],
  PortBindings: { '80/tcp': [{ HostPort: '80' }] },
  PublishAllPorts: true,
  GroupAdd: ['0'],
  OomKillDisable: true,
  StorageOpt: { size: '1000G' },
  DnsSearch: ['evil.test'],
  MaskedPaths: ['/nothing'],
  ReadonlyPaths: ['/nothing'],
  CpuRealtimeRuntime: 950000,
  BlkioWeightDevice: [{ Path: '/dev/sda', Weight: 1000 }],
  Isolation: 'process',
  Cgroup: 'container:x',
};

const OF_COMPONENTS: Readonly<Record<string, Request[]>> = {
  'component.Image': config(
    'Image',
    'alpine:latest',
    `evil.test/x@${DIGEST}`,
    'registry.test:5000/tool:1',
    NOTHING,
  ),
  'component.User': config('User', '0:0', 'root', '10001', '', NOTHING),
  'component.Cmd': config('Cmd', 'sh -c x', [1]),
  'component.Entrypoint': config('Entrypoint', { a: 1 }),
  'component.Env': config('Env', ['NO EQUALS'], 'A=1'),
  'component.WorkingDir': config('WorkingDir', 'relative'),
  'component.Hostname': config('Hostname', 'a b', 'core1', 'mongodb', 'rdzen', 'core', 'Component'),
  'component.StopSignal': config('StopSignal', '; x'),
  'component.StopTimeout': config('StopTimeout', 1e6),
  ...Object.fromEntries(
    ['Tty', 'OpenStdin', 'StdinOnce', 'AttachStdin', 'AttachStdout', 'AttachStderr', 'NetworkDisabled'].map(
      (key) => [`component.${key}`, config(key, 'yes')],
    ),
  ),
  'component.Labels': config(
    'Labels',
    { 'com.docker.compose.service': 'mongodb' },
    { 'rdzen.watched': 'true' },
  ),
  'component.NetworkingConfig': config('NetworkingConfig', 'x'),
  'component.HostConfig.Dns': host('Dns', ['10.0.0.1'], ['127.0.0.1', '10.0.0.1']),
  'component.HostConfig.DnsOptions': host('DnsOptions', ['use-vc'], ['timeout:1']),
  'component.HostConfig.ReadonlyRootfs': host('ReadonlyRootfs', false, NOTHING),
  'component.HostConfig.CapDrop': host('CapDrop', [], ['NET_RAW'], NOTHING),
  'component.HostConfig.SecurityOpt': host(
    'SecurityOpt',
    ['seccomp=unconfined'],
    ['no-new-privileges:true', 'apparmor=unconfined'],
    [],
    NOTHING,
  ),
  'component.HostConfig.PidsLimit': host('PidsLimit', -1, 0, 1e6, NOTHING),
  'component.HostConfig.Memory': host('Memory', 0, 2 ** 40, NOTHING),
  'component.HostConfig.MemorySwap': host('MemorySwap', -1, 0, NOTHING),
  'component.HostConfig.NanoCpus': host('NanoCpus', 0, 64e9, NOTHING),
  'component.HostConfig.MemorySwappiness': host('MemorySwappiness', 101),
  'component.HostConfig.MemoryReservation': host('MemoryReservation', 2 ** 40),
  'component.HostConfig.OomScoreAdj': host('OomScoreAdj', -1000),
  'component.HostConfig.ShmSize': host('ShmSize', 2 ** 40),
  'component.HostConfig.Tmpfs': host(
    'Tmpfs',
    { '/tmp': 'rw' },
    { '/etc': 'size=1m,nosuid,nodev' },
    { '/tmp': 'size=9g,nosuid,nodev' },
    { '/tmp': 'size=1m,nosuid,nodev,suid' },
  ),
  'component.HostConfig.Ulimits': host(
    'Ulimits',
    [{ Name: 'nofile', Soft: 1e9, Hard: 1e9 }],
    [{ Name: 'memlock', Soft: -1, Hard: -1 }],
  ),
  'component.HostConfig.LogConfig': host(
    'LogConfig',
    { Type: 'syslog', Config: { 'syslog-address': 'tcp://10.0.0.1' } },
    { Type: 'json-file', Config: {} },
    NOTHING,
  ),
  'component.HostConfig.RestartPolicy': host('RestartPolicy', { Name: 'always' }),
  'component.HostConfig.Mounts': host('Mounts', [
    {
      Type: 'volume',
      Source: 'rdzen-state',
      Target: '/data',
      VolumeOptions: { DriverConfig: { Options: { device: '/' } } },
    },
  ]),
  'component.HostConfig.Init': host('Init', 'x'),
  'component.HostConfig.AutoRemove': host('AutoRemove', 'x'),
  'component.HostConfig.IpcMode': host('IpcMode', 'host', `container:${CORE}`, 'shareable'),
  'component.HostConfig.CgroupnsMode': host('CgroupnsMode', 'host'),
  'component.HostConfig.Runtime': host('Runtime', 'evil'),
  'component.HostConfig.ConsoleSize': host('ConsoleSize', 'x'),
  'component.network': [
    ...host('NetworkMode', 'rdzen-open', 'bridge', 'host', 'shop_net', 'cores_net', 'default'),
    component({ NetworkingConfig: { EndpointsConfig: { shop_net: {} } } }),
  ],
  'component.volume': host(
    'Mounts',
    [{ Type: 'volume', Source: 'rdzen-bind', Target: '/data' }],
    [{ Type: 'volume', Source: 'rdzen-absent', Target: '/data' }],
  ),
  'image.volume': [
    component({ Image: KEPT }),
    component({ Image: KEPT }, { Mounts: at('/data/x') }),
    component({ Image: KEPT }, { Mounts: at('/mnt') }),
    component({ Image: KEPT_TWICE }, { Mounts: at('/data') }),
    component({ Image: SCRATCH }, { Tmpfs: { '/run': 'size=1m,nosuid,nodev' } }),
    replacement({ Image: 'ollama/ollama:4' }),
    replacement({ Image: 'ollama/ollama:3' }, { Binds: ['models:/models'] }),
  ],
  'container.name': [
    { ...component(), call: 'POST /containers/create?name=mongodb' },
    { ...component(), call: 'POST /containers/create' },
  ],
  'container.count': [{ ...component(), count: 10 }],
  'network.count': [10, 11].map((count) => ({
    ...call('POST /networks/create', { Name: 'rdzen-x', Internal: true, ...isolated }),
    count,
  })),
  'volume.count': [10, 11].map((count) => ({ ...call('POST /volumes/create', { Name: 'rdzen-x' }), count })),
  'route.unlisted': [
    `POST /containers/${CORE}/exec`,
    'POST /build',
    'POST /commit',
    `PUT /containers/${CORE}/update`,
    'POST /swarm/init',
    'POST /plugins/pull',
    'POST /session',
    'POST /containers/prune',
    'GET /secrets',
    'POST /images/load',
  ].map((text) => call(text)),
  'container.visible': [
    `GET /containers/${FOREIGN}/json`,
    'POST /containers/mongodb/stop',
    `DELETE /containers/${FOREIGN}`,
    'POST /containers/mongodb/attach',
  ].map((text) => call(text)),
  'container.managed': [
    `POST /containers/${WATCHED}/stop`,
    'POST /containers/rocketchat/attach',
    'DELETE /containers/rocketchat',
  ].map((text) => call(text)),
  'network.visible': [call('DELETE /networks/shop_net'), call('GET /networks/bridge')],
  'volume.visible': [call('DELETE /volumes/mongo'), call('GET /volumes/mongo')],
  'image.pinned': [
    call('POST /images/create?fromImage=alpine&tag=latest'),
    call(`POST /images/create?fromImage=evil.test/x&tag=${DIGEST}`),
    call('DELETE /images/ollama/ollama:1'),
    call('POST /images/create?fromSrc=http://x'),
  ],
  'query.value': [
    call(`POST /containers/${CORE}/kill?signal=%0a`),
    call(`GET /containers/${CORE}/logs?stdout=x`),
  ],
  'query.repeated': [call(`POST /containers/${CORE}/kill?signal=TERM&signal=KILL`)],
  'container.rename': [
    call(`POST /containers/${STANDING}/rename?name=mongodb`),
    call('POST /containers/rdzen-tool/rename?name=core1'),
    call(`POST /containers/${CORE}/rename?name=core2`),
  ],
  // A core's files, a place that is no mount, one that is a mount of the host's, a volume of others, one with options.
  'archive.place': [
    ...[CORE, COMPONENT_ID].flatMap((id) => [
      call(`GET /containers/${id}/archive?path=/etc`),
      call(`PUT /containers/${id}/archive?path=/cache`),
    ]),
    ...['/', '/data/..', '/data/x', '/host', '/others', '/bound', ''].flatMap((path) => [
      call(`PUT /containers/${FILES}/archive?path=${path}`),
      call(`GET /containers/${FILES}/archive?path=${path}`),
    ]),
    call(`PUT /containers/${FILES}/archive`),
  ],
  'helper.Image': aid('Image', 'rdzen:1', NOTHING),
  'helper.Entrypoint': aid('Entrypoint', ['sh'], ['node', 'dist/main.js'], ['node'], NOTHING),
  'helper.Env': aid(
    'Env',
    ['NODE_OPTIONS=--require=/x'],
    ['PATH=/x'],
    ['RDZEN_DATA=/'],
    ['RDZEN_GATE_TARGET=\n'],
  ),
  'helper.User': aid('User', '0:0', 'root', '', NOTHING),
  'helper.Hostname': aid('Hostname', 'core1'),
  'helper.Healthcheck': aid('Healthcheck', { Test: ['CMD', 'sh'] }, NOTHING),
  'helper.StopSignal': aid('StopSignal', '; x'),
  'helper.StopTimeout': aid('StopTimeout', 1e6),
  ...Object.fromEntries(
    ['Tty', 'OpenStdin', 'StdinOnce', 'AttachStdin', 'AttachStdout', 'AttachStderr'].map((key) => [
      `helper.${key}`,
      aid(key, 'yes'),
    ]),
  ),
  'helper.Labels': aid('Labels', { 'rdzen.helper': 'gate', 'rdzen.watched': 'true' }),
  'helper.HostConfig.Sysctls': aidHost(
    'Sysctls',
    { 'net.ipv4.ip_forward': '1' },
    { 'net.ipv4.ip_forward': '0', 'net.ipv4.ip_unprivileged_port_start': '0' },
    NOTHING,
  ),
  'helper.HostConfig.ReadonlyRootfs': aidHost('ReadonlyRootfs', false, NOTHING),
  'helper.HostConfig.CapDrop': aidHost('CapDrop', [], NOTHING),
  'helper.HostConfig.SecurityOpt': aidHost('SecurityOpt', ['seccomp=unconfined'], NOTHING),
  'helper.HostConfig.PidsLimit': aidHost('PidsLimit', -1, NOTHING),
  'helper.HostConfig.Memory': aidHost('Memory', 0, 2 ** 40, NOTHING),
  'helper.HostConfig.MemorySwap': aidHost('MemorySwap', -1, NOTHING),
  'helper.HostConfig.NanoCpus': aidHost('NanoCpus', 64e9, NOTHING),
  'helper.HostConfig.LogConfig': aidHost('LogConfig', { Type: 'json-file', Config: {} }, NOTHING),
  'helper.HostConfig.RestartPolicy': aidHost('RestartPolicy', { Name: 'always' }),
  'helper.HostConfig.Init': aidHost('Init', 'x'),
  'helper.HostConfig.IpcMode': aidHost('IpcMode', 'host'),
  'helper.HostConfig.CgroupnsMode': aidHost('CgroupnsMode', 'host'),
  'helper.program': [
    helper({ Entrypoint: ['node', 'dist/egress-proxy/main.js'] }),
    egressHelper({ Entrypoint: ['node', 'dist/gate/main.js'] }),
    helper({ Labels: { 'rdzen.helper': 'shell' } }),
  ],
  'helper.open': [
    ['RDZEN_EGRESS_OPEN=172.16.0.0/12'],
    ['RDZEN_EGRESS_OPEN=0.0.0.0/0,::/0'],
    // Within one that is open, or wider, or spelt otherwise: compared as text, so that there is one way to read it.
    ...['10.1.2.0/24', '10.0.0.0/8', '10.1.0.1/16', 'FD12::/16', '10.1.0.0', '10.1.0.0/16;0.0.0.0/0'].map(
      (one) => [`RDZEN_EGRESS_OPEN=${one}`],
    ),
    ['RDZEN_EGRESS_OPEN=10.1.0.0/16, 172.16.0.0/12'],
    ['RDZEN_EGRESS_OPEN=10.1.0.0/16', 'RDZEN_EGRESS_ALLOW=x:1', 'RDZEN_EGRESS_OPEN=172.16.0.0/12'],
  ].map((Env) => egressHelper({ Env })),
  'helper.image': aid('Image', `sha256:${'1'.repeat(64)}`, `sha256:${'5'.repeat(64)}`),
  'helper.network': [
    ...aidHost('NetworkMode', 'way_out', 'bridge', 'host', 'none', 'rdzen-open', 'shop_net', 'cores_net'),
    ...['bridge', 'host', 'none', 'rdzen-tools', 'shop_net', 'container:x'].map((NetworkMode) =>
      egressHelper({}, { NetworkMode }),
    ),
  ],
  'helper.unlisted': [
    helper({ Cmd: ['x'] }),
    helper({ WorkingDir: '/x' }),
    helper({ NetworkingConfig: { EndpointsConfig: { shop_net: {} } } }),
    ...Object.entries({
      Mounts: [{ Type: 'volume', Source: 'rdzen-state', Target: '/data' }],
      Tmpfs: { '/app': 'size=1m,nosuid,nodev' },
      Binds: ['/:/host'],
      Dns: ['127.0.0.1'],
      CapAdd: ['NET_ADMIN'],
      PortBindings: { '80/tcp': [{ HostPort: '80' }] },
    }).map(([key, value]) => helper({}, { [key]: value })),
  ],
  'component.Image of a helper': config('Image', HELPER_IMAGE),
  'replacement.exists': [
    replacement({ Labels: { ...CORE_LABELS, 'rdzen.replaces': 'core1.old-ab12' } }),
    {
      ...replacement({ Labels: { 'com.docker.compose.project': 'shop', 'rdzen.replaces': STRAY } }),
      call: 'POST /containers/create?name=mongodb',
    },
  ],
  'replacement.name': [
    replacement({}, {}, { name: 'core3' }),
    {
      ...replacement({
        Labels: { ...CORE_LABELS, 'com.docker.compose.service': 'core2', 'rdzen.replaces': STANDING },
      }),
      call: 'POST /containers/create?name=core2x',
    },
  ],
  'replacement.image': [
    'evil/shell:1',
    'absent:1',
    UNKNOWN,
    HAD_BY_CORE2,
    'evil/had:1',
    HAD.slice(0, 20),
    HAD.slice(7),
  ].map((Image) => replacement({ Image })),
  'replacement.networks': [
    replacement({}, {}, { endpoints: { bridge: {} } }),
    replacement({}, {}, { endpoints: { 'rdzen-open': {} } }),
  ],
  'replacement.Hostname': [replacement({ Hostname: 'mongodb' })],
  'replacement.Labels': [
    replacement({
      Labels: { ...CORE_LABELS, 'com.docker.compose.service': 'mongodb', 'rdzen.replaces': CORE },
    }),
  ],
  'replacement.HostConfig.Binds': same(
    'Binds',
    ['/:/host'],
    ['models:/models', '/var/run/docker.sock:/s'],
    ['nameless:/etc'],
    '/:/host',
  ),
  'replacement.HostConfig.PortBindings': same('PortBindings', {
    '11434/tcp': [{ HostIp: '0.0.0.0', HostPort: '11434' }],
  }),
  'replacement.HostConfig.Memory': same('Memory', 0, 2 ** 31),
  'replacement.HostConfig.RestartPolicy': same('RestartPolicy', { Name: 'always' }),
  'replacement.HostConfig.MaskedPaths': same('MaskedPaths', [], null),
  'replacement.HostConfig.ReadonlyPaths': same('ReadonlyPaths', [], null),
  'network.Name': [call('POST /networks/create', { Name: 'shop_net', Internal: true, ...isolated })],
  'network.Internal': [
    call('POST /networks/create', { Name: 'rdzen-x', ...isolated }),
    call('POST /networks/create', { Name: 'rdzen-x', Internal: false, ...isolated }),
  ],
  'network.Driver': [
    call('POST /networks/create', { Name: 'rdzen-x', Internal: true, ...isolated, Driver: 'macvlan' }),
  ],
  'network.CheckDuplicate': [
    call('POST /networks/create', { Name: 'rdzen-x', Internal: true, ...isolated, CheckDuplicate: 'x' }),
  ],
  'network.EnableIPv6': [
    call('POST /networks/create', { Name: 'rdzen-x', Internal: true, ...isolated, EnableIPv6: true }),
  ],
  'network.Options': [
    { 'com.docker.network.bridge.name': 'docker0' },
    { 'com.docker.network.bridge.inhibit_ipv4': 'false' },
    { 'com.docker.network.bridge.gateway_mode_ipv4': 'isolated' },
    {
      'com.docker.network.bridge.gateway_mode_ipv4': 'routed',
      'com.docker.network.bridge.gateway_mode_ipv6': 'routed',
    },
    {},
    undefined,
  ].map((Options) => call('POST /networks/create', { Name: 'rdzen-x', Internal: true, Options })),
  'network.Labels': [
    call('POST /networks/create', {
      Name: 'rdzen-x',
      Internal: true,
      ...isolated,
      Labels: { 'com.docker.compose.project': 'shop' },
    }),
  ],
  'volume.Name': [call('POST /volumes/create', { Name: 'mongo' })],
  'volume.Driver': [call('POST /volumes/create', { Name: 'rdzen-x', Driver: 'evil' })],
  'volume.Labels': [
    call('POST /volumes/create', { Name: 'rdzen-x', Labels: { 'com.docker.compose.project': 'shop' } }),
  ],
  'update.RestartPolicy': [call(`POST /containers/${CORE}/update`, { RestartPolicy: { Name: 'always' } })],
  'connect.EndpointConfig': [
    call('POST /networks/n-tool/connect', { Container: COMPONENT_ID, EndpointConfig: 'x' }),
  ],
  'disconnect.Force': [call('POST /networks/n-tool/disconnect', { Container: COMPONENT_ID, Force: 'x' })],
  'endpoint.Aliases': [
    call('POST /networks/n-tool/connect', { Container: COMPONENT_ID, EndpointConfig: { Aliases: ['a b'] } }),
  ],
  'endpoint.IPAMConfig': [
    call('POST /networks/n-tool/connect', {
      Container: COMPONENT_ID,
      EndpointConfig: { IPAMConfig: { LinkLocalIPs: ['x'] } },
    }),
  ],
  'connect.network': [
    call('POST /networks/n-cores/connect', { Container: COMPONENT_ID }),
    call('POST /networks/shop_net/connect', { Container: COMPONENT_ID }),
  ],
  'connect.internal': [COMPONENT_ID, FILES, STANDING].flatMap((Container) =>
    ['n-open', 'rdzen-open'].map((network) => call(`POST /networks/${network}/connect`, { Container })),
  ),
  'connect.aliases': [
    call('POST /networks/n-cores/connect', { Container: STANDING, EndpointConfig: { Aliases: ['mongodb'] } }),
    replacement({}, {}, { endpoints: { shop_net: { Aliases: ['mongodb'] } } }),
    replacement({}, {}, { endpoints: { shop_net: { IPAMConfig: { IPv4Address: '10.1.1.1' } } } }),
  ],
  'request.body': [
    { ...component(), body: '{"HostConfig":{},"HostConfig":{"Privileged":true}}' },
    { ...component(), body: '{} {}' },
    { ...component(), body: '[]' },
  ],
  'request.target': [
    `GET http://x/containers/${CORE}/json`,
    `GET //containers/${CORE}/json`,
    `GET /containers/%2e%2e/json`,
    'GET /v1.20/_ping',
    `GET /containers/../containers/${CORE}/json`,
  ].map((text) => call(text)),
};

/** By the row or check that must refuse it. */
export const HOSTILE: Readonly<Record<string, Request[]>> = {
  ...OF_COMPONENTS,
  ...hostileToCores(OF_COMPONENTS),
};
