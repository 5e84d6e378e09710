import type { Facts } from '../../../src/docker-guard/facts';
import { type GuardLimits, readGuardSettings } from '../../../src/docker-guard/guard-settings';
import { ImagesHad } from '../../../src/docker-guard/images-had';
import { Judge, type Permit } from '../../../src/docker-guard/judge';
import { Policy } from '../../../src/docker-guard/policy';
import { asJson, type JsonObject } from '../../../src/docker-guard/strict-json';

export const DIGEST = `sha256:${'d'.repeat(64)}`;
export const PINNED = `registry.test:5000/tool@${DIGEST}`;
/** Images that declare a volume: where a component keeps its data, there and beside it, and in its scratch. */
export const [KEPT, KEPT_TWICE, SCRATCH] = ['kept', 'kept-twice', 'scratch'].map(
  (name) => `registry.test:5000/${name}@${DIGEST}`,
) as [string, string, string];
export const HELPER_IMAGE = `sha256:${'4'.repeat(64)}`;
export const [CORE, FOREIGN, WATCHED, COMPONENT_ID, STRAY] = ['c', 'f', 'a', 'b', 'e'].map((digit) =>
  digit.repeat(64),
) as [string, string, string, string, string];
/** One that Rdzen made, with volumes. */
export const FILES = '8'.repeat(64);
/** A managed container that still bears its own name. */
export const STANDING = '9'.repeat(64);
/** One that stepped aside, on a network with a way out, and the one that took its place. */
export const [ASIDE, IN_ITS_PLACE] = ['2'.repeat(64), '3'.repeat(64)] as [string, string];

export const LIMITS: GuardLimits = {
  ...readGuardSettings({
    RDZEN_GUARD_REGISTRIES: 'registry.test:5000',
    RDZEN_GUARD_HELPER_IMAGE: 'rdzen:1',
    RDZEN_GUARD_EGRESS_NETWORK: 'way_out',
    RDZEN_GUARD_EGRESS_PRIVATE: '10.1.0.0/16, fd12::/16',
    RDZEN_GUARD_CORE_NETWORK: 'further_net',
  }).limits,
  ...{ containers: 10, networks: 10, volumes: 10 },
};

const HOST = {
  Binds: ['models:/models'],
  NetworkMode: 'shop_net',
  Memory: 2 ** 30,
  CapDrop: ['ALL'],
  Privileged: false,
  PortBindings: { '11434/tcp': [{ HostIp: '127.0.0.1', HostPort: '11434' }] },
  RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
  MaskedPaths: ['/proc/kcore'],
  ReadonlyPaths: ['/proc/sys'],
};
const CORE_LABELS = {
  'rdzen.managed': 'true',
  'com.docker.compose.project': 'shop',
  'com.docker.compose.service': 'core1',
};
const on = (network: string, NetworkID: string, ...Aliases: string[]): object => ({
  [network]: { NetworkID, Aliases, IPAMConfig: null },
});
const container = (Id: string, Name: string, Labels: object, networks: object = {}): object => ({
  Id,
  Name: `/${Name}`,
  Image: `sha256:${'1'.repeat(64)}`,
  Config: { Image: 'ollama/ollama:1', User: '', Env: ['A=1'], Cmd: null, Hostname: 'core1', Labels },
  HostConfig: HOST,
  Mounts: [{ Type: 'volume', Name: 'nameless', Destination: '/cache', RW: true }],
  NetworkSettings: { Networks: networks },
});

const CONTAINERS = [
  container(CORE, 'core1.old-ab12', CORE_LABELS, on('shop_net', 'n-shop', 'core1')),
  container(
    STANDING,
    'core2',
    { ...CORE_LABELS, 'com.docker.compose.service': 'core2' },
    on('shop_net', 'n-shop', 'core2'),
  ),
  container(
    FOREIGN,
    'mongodb',
    { 'com.docker.compose.project': 'shop' },
    on('shop_net', 'n-shop', 'mongodb'),
  ),
  container(WATCHED, 'rocketchat', { 'rdzen.watched': 'true' }),
  container(COMPONENT_ID, 'rdzen-tool', {
    'rdzen.managed': 'true',
    'rdzen.replaces': '',
    'com.docker.compose.project': '',
  }),
  {
    ...container(FILES, 'rdzen-memory', { 'rdzen.managed': 'true', 'rdzen.run': 'r1' }),
    Mounts: [
      { Type: 'volume', Name: 'rdzen-state', Destination: '/data', Driver: 'local', RW: true },
      { Type: 'volume', Name: 'mongo', Destination: '/others', Driver: 'local', RW: true },
      { Type: 'volume', Name: 'rdzen-bind', Destination: '/bound', Driver: 'local', RW: true },
      { Type: 'bind', Source: '/', Destination: '/host' },
    ],
  },
  container(ASIDE, 'rdzen-brain.old-ab12', { 'rdzen.managed': 'true' }, on('rdzen-open', 'n-open', 'brain')),
  container(IN_ITS_PLACE, 'rdzen-brain', { 'rdzen.managed': 'true', 'rdzen.replaces': ASIDE }),
  container(STRAY, 'mongodb.old-ab12', { 'com.docker.compose.project': 'shop' }),
].map((one) => asJson(one) as JsonObject);
const NETWORKS = [
  { Id: 'n-shop', Name: 'shop_net', Labels: { 'com.docker.compose.project': 'shop' } },
  {
    Id: 'n-cores',
    Name: 'cores_net',
    Labels: { 'rdzen.managed': 'true', 'com.docker.compose.project': 'shop' },
  },
  {
    Id: 'n-further',
    Name: 'further_net',
    Labels: { 'rdzen.managed': 'true', 'com.docker.compose.project': 'shop' },
  },
  { Id: 'n-tool', Name: 'rdzen-tools', Internal: true, Labels: { 'rdzen.managed': 'true' } },
  { Id: 'n-open', Name: 'rdzen-open', Internal: false, Labels: { 'rdzen.managed': 'true' } },
  { Id: 'n-bridge', Name: 'bridge', Labels: {} },
].map((one) => asJson(one) as JsonObject);
const VOLUMES = [
  { Name: 'rdzen-state', Driver: 'local', Options: null, Labels: { 'rdzen.managed': 'true' } },
  {
    Name: 'rdzen-bind',
    Driver: 'local',
    Options: { device: '/', o: 'bind' },
    Labels: { 'rdzen.managed': 'true' },
  },
  { Name: 'mongo', Driver: 'local', Options: null, Labels: {} },
].map((one) => asJson(one) as JsonObject);
/** Images without a name: what core1 had, what core2 had, and what none had. */
export const [HAD, HAD_BY_CORE2, UNKNOWN] = ['4', '5', '6'].map((digit) => `sha256:${digit.repeat(64)}`) as [
  string,
  string,
  string,
];
const IMAGES: Record<string, JsonObject> = {
  'ollama/ollama:1': { Id: `sha256:${'1'.repeat(64)}`, RepoTags: ['ollama/ollama:1'] },
  'ollama/ollama:2': { Id: `sha256:${'2'.repeat(64)}`, RepoTags: ['ollama/ollama:2'] },
  'rdzen:1': { Id: HELPER_IMAGE, RepoTags: ['rdzen:1'] },
  'evil/shell:1': { Id: `sha256:${'3'.repeat(64)}`, RepoTags: ['evil/shell:1'] },
  [`sha256:${'1'.repeat(64)}`]: { Id: `sha256:${'1'.repeat(64)}`, RepoTags: ['ollama/ollama:1'] },
  ...Object.fromEntries([HAD, HAD_BY_CORE2, UNKNOWN].map((Id) => [Id, { Id, RepoTags: [] }])),
  ...Object.fromEntries(
    [PINNED, `registry.test:5000/ollama@${DIGEST}`, 'registry.test:5000/tool:1', 'alpine:latest'].map(
      (name) => [name, { Id: `sha256:${'8'.repeat(64)}`, Config: { Volumes: null } }],
    ),
  ),
  ...Object.fromEntries(
    Object.entries({
      [KEPT]: ['/data/'],
      [KEPT_TWICE]: ['/data', '/var/lib/x'],
      [SCRATCH]: ['/tmp'],
      'ollama/ollama:3': ['/models', '/cache'],
      'ollama/ollama:4': ['/models', '/root/.ollama'],
      'rdzen:2': ['/data'],
    }).map(([name, places]) => [
      name,
      {
        Id: `sha256:${'a'.repeat(64)}`,
        RepoTags: [name],
        Config: { Volumes: Object.fromEntries(places.map((place) => [place, {}])) },
      },
    ]),
  ),
  [`sha256:${'a'.repeat(64)}`]: { Id: `sha256:${'a'.repeat(64)}`, Config: { Volumes: { '/data': {} } } },
  // Another name of what it had: today. Tomorrow it may be of anything.
  'evil/had:1': { Id: HAD, RepoTags: [] },
};

/** An engine that only tells. */
export class FactsOfTests implements Facts {
  count = 3;
  private readonly images = new ImagesHad();

  constructor() {
    for (const [service, Image] of [
      ['core1', HAD],
      ['core2', HAD_BY_CORE2],
    ] as const)
      this.images.note({
        ...(asJson(
          container('7'.repeat(64), service, { ...CORE_LABELS, 'com.docker.compose.service': service }),
        ) as JsonObject),
        Image,
      });
  }

  hadImage(found: JsonObject, imageId: string): boolean {
    return this.images.had(found, imageId);
  }
  container(reference: string): Promise<JsonObject | undefined> {
    return Promise.resolve(
      CONTAINERS.find(
        ({ Id, Name }) => String(Id as string).startsWith(reference || '-') || Name === `/${reference}`,
      ),
    );
  }
  network(reference: string): Promise<JsonObject | undefined> {
    return Promise.resolve(NETWORKS.find(({ Id, Name }) => Id === reference || Name === reference));
  }
  volume(name: string): Promise<JsonObject | undefined> {
    return Promise.resolve(VOLUMES.find(({ Name }) => Name === name));
  }
  image(reference: string): Promise<JsonObject | undefined> {
    return Promise.resolve(IMAGES[reference]);
  }
  managed(): Promise<number> {
    return Promise.resolve(this.count);
  }
}

export interface Request {
  call: string;
  body?: unknown;
  /** Containers, networks and volumes of ours that there are already, of each. */
  count?: number;
}

export function judge({ call, body, count }: Request, policy = new Policy(LIMITS)): Promise<Permit> {
  const [method = '', url = ''] = call.split(' ');
  const facts = new FactsOfTests();
  if (count !== undefined) facts.count = count;
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  return new Judge(facts, policy).permit({ method, url, upgrade: false, body: () => Promise.resolve(text) });
}

export const isPermitted = (request: Request, policy?: Policy): Promise<boolean> =>
  judge(request, policy).then(
    () => true,
    () => false,
  );

const MiB = 2 ** 20;

/** The create call of a component, with all that one may have. */
export function component(config: object = {}, host: object = {}): Request {
  return {
    call: 'POST /v1.41/containers/create?name=rdzen-tool1',
    body: {
      Image: PINNED,
      User: '10001:10001',
      Cmd: ['serve'],
      Env: ['A=1'],
      Hostname: 'component',
      StopSignal: 'SIGTERM',
      StopTimeout: 3,
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      Labels: { 'rdzen.trial': 'x' },
      ...config,
      HostConfig: {
        NetworkMode: 'none',
        Init: true,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        Privileged: false,
        PidsLimit: 128,
        Memory: 256 * MiB,
        MemorySwap: 256 * MiB,
        MemorySwappiness: 0,
        NanoCpus: 5e8,
        OomScoreAdj: 500,
        ShmSize: 8 * MiB,
        Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=16m,mode=1777' },
        Ulimits: [
          { Name: 'nofile', Soft: 1024, Hard: 1024 },
          { Name: 'nproc', Soft: 256, Hard: 256 },
          { Name: 'core', Soft: 0, Hard: 0 },
        ],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
        RestartPolicy: { Name: 'no' },
        AutoRemove: false,
        IpcMode: 'private',
        CgroupnsMode: 'private',
        Binds: [],
        PublishAllPorts: false,
        Devices: [],
        ...host,
      },
    },
  };
}

/** The create call of a helper; `gate` unless `config` says otherwise. */
export function helper(config: object = {}, host: object = {}): Request {
  return {
    call: 'POST /v1.41/containers/create?name=rdzen-gate-1',
    body: {
      Image: HELPER_IMAGE,
      Entrypoint: ['node', 'dist/gate/main.js'],
      Cmd: [],
      Env: ['RDZEN_GATE_TARGET=172.30.0.2:8080'],
      User: '10001:10001',
      Hostname: 'gate',
      StopSignal: 'SIGTERM',
      StopTimeout: 3,
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      Healthcheck: { Test: ['NONE'] },
      Labels: { 'rdzen.helper': 'gate' },
      ...config,
      HostConfig: {
        NetworkMode: 'rdzen-tools',
        Init: true,
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        Sysctls: { 'net.ipv4.ip_forward': '0' },
        PidsLimit: 64,
        Memory: 192 * MiB,
        MemorySwap: 192 * MiB,
        NanoCpus: 1e9,
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
        RestartPolicy: { Name: 'no' },
        IpcMode: 'private',
        CgroupnsMode: 'private',
        ...host,
      },
    },
  };
}

/** The same for the egress proxy. */
export function egressHelper(config: object = {}, host: object = {}): Request {
  return helper(
    {
      Entrypoint: ['node', 'dist/egress-proxy/main.js'],
      Env: ['RDZEN_EGRESS_ALLOW=api.test:443'],
      Hostname: 'egress',
      Labels: { 'rdzen.helper': 'egress' },
      ...config,
    },
    { NetworkMode: 'way_out', ...host },
  );
}

/** The create call that makes core1 anew. */
export function replacement(
  config: object = {},
  host: object = {},
  more: { name?: string; endpoints?: object } = {},
): Request {
  return {
    call: `POST /containers/create?name=${more.name ?? 'core1'}`,
    body: {
      Image: 'ollama/ollama:1',
      User: '',
      Env: ['A=1'],
      Cmd: null,
      Hostname: 'core1',
      Labels: { ...CORE_LABELS, 'rdzen.replaces': CORE },
      ...config,
      HostConfig: { ...HOST, ...host },
      NetworkingConfig: { EndpointsConfig: more.endpoints ?? { shop_net: { Aliases: ['core1'] } } },
    },
  };
}

export { CORE_LABELS };
