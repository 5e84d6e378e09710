import { component, DIGEST, KEPT, KEPT_TWICE, type Request } from './guard-world';

const MiB = 2 ** 20;

/** The create call of a core that came as a component, as Rdzen makes it. */
export function furtherCore(config: object = {}, host: object = {}): Request {
  return {
    call: 'POST /v1.41/containers/create?name=rdzen-core11',
    body: {
      Image: `registry.test:5000/ollama@${DIGEST}`,
      Env: ['OLLAMA_NUM_PARALLEL=1'],
      User: '10001:10001',
      Hostname: 'core',
      StopSignal: 'SIGTERM',
      StopTimeout: 30,
      Labels: { 'rdzen.core': '11', 'rdzen.role': 'core' },
      NetworkingConfig: { EndpointsConfig: { further_net: { Aliases: ['rdzen-core11'] } } },
      ...config,
      HostConfig: {
        NetworkMode: 'further_net',
        Init: true,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        PidsLimit: 1_024,
        Memory: 4_096 * MiB,
        MemorySwap: 4_096 * MiB,
        NanoCpus: 4e9,
        Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m,mode=1777' },
        Mounts: [{ Type: 'volume', Source: 'rdzen-state', Target: '/data', ReadOnly: false }],
        PortBindings: { '11434/tcp': [{ HostIp: '127.0.0.1', HostPort: '18434' }] },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
        RestartPolicy: { Name: 'unless-stopped' },
        IpcMode: 'private',
        CgroupnsMode: 'private',
        ...host,
      },
    },
  };
}

/** The same on trial, over its standard streams and on an isolated network, as every component is tried. */
export function coreOnTrial(config: object = {}, host: object = {}): Request {
  const request = component(
    { Labels: { 'rdzen.core': 'trial', 'rdzen.trial': 'x' }, ...config },
    {
      ...{ NetworkMode: 'rdzen-tools', Dns: ['127.0.0.1'], DnsOptions: ['timeout:1', 'attempts:1'] },
      ...{ Memory: 4_096 * MiB, MemorySwap: 4_096 * MiB, NanoCpus: 4e9 },
      ...host,
    },
  );
  return { ...request, call: 'POST /v1.41/containers/create?name=rdzen-trial-1' };
}

const host = (key: string, ...values: unknown[]): Request[] =>
  values.map((value) => furtherCore({}, { [key]: value }));
const endpoint = (network: string, settings: object): Request =>
  furtherCore({ NetworkingConfig: { EndpointsConfig: { [network]: settings } } });

/** What is hostile in a component is so in a core as well: the same change, made to the call of a core. */
function adopted(components: Readonly<Record<string, Request[]>>): Record<string, Request[]> {
  return Object.fromEntries(
    Object.entries(components).flatMap(([rule, requests]) =>
      /^component\.(HostConfig\.)?[A-Z]\w+$/.test(rule)
        ? [[rule.replace('component', 'core'), requests.map(changedAlike)]]
        : [],
    ),
  );
}

function changedAlike({ body }: Request): Request {
  const [now, before] = [body, component().body].map((one) => one as Body);
  const { HostConfig: hostNow = {}, ...rest } = now ?? {};
  const { HostConfig: hostBefore = {}, ...restBefore } = before ?? {};
  return furtherCore(difference(rest, restBefore), difference(hostNow, hostBefore));
}

type Body = { HostConfig?: object } & Record<string, unknown>;

function difference(now: object, before: object): Record<string, unknown> {
  const [mine, theirs] = [now, before] as [Record<string, unknown>, Record<string, unknown>];
  const keys = new Set([...Object.keys(mine), ...Object.keys(theirs)]);
  return Object.fromEntries(
    [...keys]
      .filter((key) => JSON.stringify(mine[key]) !== JSON.stringify(theirs[key]))
      .map((key) => [key, mine[key]]),
  );
}

/** @param components the corpus of components, by rule */
export function hostileToCores(components: Readonly<Record<string, Request[]>>): Record<string, Request[]> {
  return {
    ...adopted(components),
    'core.Labels': [
      furtherCore({ Labels: { 'rdzen.core': '11', 'com.docker.compose.service': 'mongodb' } }),
      furtherCore({ Labels: { 'rdzen.core': '11', 'rdzen.watched': 'true' } }),
    ],
    'core.Hostname': [
      ...['a b', 'core1', 'mongodb', 'rdzen', 'rdzen-core11', 'Core'].map((Hostname) =>
        furtherCore({ Hostname }),
      ),
      coreOnTrial({ Hostname: 'core1' }),
    ],
    'core.NetworkingConfig': [furtherCore({ NetworkingConfig: 'x' })],
    'core.HostConfig.PidsLimit': host('PidsLimit', -1, 0, 1e6, undefined),
    'core.HostConfig.Memory': host('Memory', 0, 2 ** 41, undefined),
    'core.HostConfig.PortBindings': host(
      'PortBindings',
      { '11434/tcp': [{ HostIp: '0.0.0.0', HostPort: '18434' }] },
      { '11434/tcp': [{ HostPort: '18434' }] },
      { '11434/tcp': [{ HostIp: '127.0.0.1', HostPort: '80' }] },
      { '22/tcp': [{ HostIp: '127.0.0.1', HostPort: '18434' }] },
      { '11434/tcp': [] },
    ),
    'core.number': ['x', '1', 'trial2', '-11'].map((number) =>
      furtherCore({ Labels: { 'rdzen.core': number } }),
    ),
    'core.network': [
      ...['bridge', 'host', 'shop_net', 'cores_net', 'rdzen-open', 'rdzen-tools', 'way_out', 'absent'].map(
        (network) => ({ ...furtherCore({ NetworkingConfig: {} }, { NetworkMode: network }) }),
      ),
      endpoint('shop_net', {}),
      ...['further_net', 'bridge', 'host', 'rdzen-open', 'shop_net'].map((NetworkMode) =>
        coreOnTrial({}, { NetworkMode }),
      ),
    ],
    'core.alias': [
      endpoint('further_net', { Aliases: ['mongodb'] }),
      endpoint('further_net', { Aliases: ['rdzen-core11', 'core1'] }),
      endpoint('further_net', { IPAMConfig: { IPv4Address: '10.9.0.1' } }),
    ],
    'core.volume': (components['component.volume'] ?? []).map(changedAlike),
    'image.volume': [
      ...(components['image.volume'] ?? []),
      furtherCore({ Image: KEPT_TWICE }),
      furtherCore({ Image: KEPT }, { Mounts: [] }),
      coreOnTrial({ Image: KEPT }),
    ],
    'core.unlisted': [
      furtherCore({ Entrypoint: ['sh'] }),
      furtherCore({ WorkingDir: '/x' }),
      ...host('Runtime', 'runsc'),
      ...host('Privileged', true),
      ...host('Binds', ['/:/host']),
      ...host('DeviceRequests', [{ Count: -1 }]),
      ...host('CapAdd', ['CHOWN']),
    ],
  };
}
