/** What the operator decides; the rest of the policy stands in the code. */
export interface GuardSettings {
  /** Path of our own socket. */
  listen: string;
  /** Path of the engine's. */
  docker: string;
  /** Group of our socket, whose members may speak to it. */
  gid?: number;
  limits: GuardLimits;
}

export interface GuardLimits {
  /** Registries, as they stand before the first slash of an image's name, whose images may be pulled and run by digest. */
  registries: readonly string[];
  /** Names of containers, networks and volumes that are made through the guard begin with this. */
  prefix: string;
  /** Name or id of the image of helpers (egress proxy, gate): that of Rdzen itself. Undefined: there are none. */
  helperImage?: string;
  /** Name or id of the network by which an egress proxy gets out. */
  egressNetwork: string;
  /** Networks beyond the public internet that an egress proxy may open, as CIDR, spelt as its environment spells them. */
  egressPrivate: readonly string[];
  /** Most memory of one component, bytes. */
  memoryBytes: number;
  /** Most processor time of one component, billionths of a processor. */
  nanoCpus: number;
  /** Name or id of the network of cores that come as components. Undefined: there are none. */
  coreNetwork?: string;
  /** Most memory of one such core, bytes. */
  coreMemoryBytes: number;
  /** Most processor time of one, billionths of a processor. */
  coreNanoCpus: number;
  pids: number;
  /** Size of a component's /tmp and of its /dev/shm at most, bytes. */
  tmpfsBytes: number;
  /** Containers of ours that may exist at a time. */
  containers: number;
  /** The same of networks. */
  networks: number;
  /** The same of volumes. */
  volumes: number;
  /** Largest archive that is written into a volume, bytes. */
  archiveBytes: number;
  /** Largest request body, bytes; archives have a bound of their own. */
  bodyBytes: number;
}

const MiB = 2 ** 20;
const PREFIX = /^[a-z][a-z0-9-]{1,30}-$/;
const IMAGE = /^[a-z0-9][\w./:@-]{0,300}$/;
const NETWORK = /^(?!host$|none$|default$)[A-Za-z0-9][\w.-]{0,127}$/;
const CIDR = /^[0-9a-fA-F.:]+\/\d{1,3}$/;
const REGISTRY = /^[a-z0-9][a-z0-9.-]*(:\d{1,5})?$/;

/** Reads the program's environment. @throws Error that names the variable, its value and what is allowed. */
export function readGuardSettings(env: Record<string, string | undefined>): GuardSettings {
  const prefix = env.RDZEN_GUARD_PREFIX || 'rdzen-';
  if (!PREFIX.test(prefix))
    throw new Error(
      `RDZEN_GUARD_PREFIX is "${prefix}"; allowed: small letters, digits and hyphens, a letter first, a hyphen last`,
    );
  const listed = (name: string, pattern: RegExp, allowed: string): string[] => {
    const found = words(env[name]);
    const wrong = found.find((one) => !pattern.test(one));
    if (wrong === undefined) return found;
    throw new Error(`${name} holds "${wrong.slice(0, 100)}"; allowed: ${allowed}, with commas between`);
  };
  return {
    listen: socketPath('RDZEN_GUARD_LISTEN', env.RDZEN_GUARD_LISTEN || '/run/rdzen-guard/docker.sock'),
    docker: socketPath('RDZEN_GUARD_DOCKER', env.RDZEN_GUARD_DOCKER || '/var/run/docker.sock'),
    ...(env.RDZEN_GUARD_GID ? { gid: whole('RDZEN_GUARD_GID', env.RDZEN_GUARD_GID, 0, 0, 2 ** 31) } : {}),
    limits: {
      registries: listed('RDZEN_GUARD_REGISTRIES', REGISTRY, 'host names with an optional port'),
      prefix,
      ...(env.RDZEN_GUARD_HELPER_IMAGE
        ? { helperImage: like('RDZEN_GUARD_HELPER_IMAGE', env.RDZEN_GUARD_HELPER_IMAGE, IMAGE) }
        : {}),
      egressNetwork: like('RDZEN_GUARD_EGRESS_NETWORK', env.RDZEN_GUARD_EGRESS_NETWORK || 'bridge', NETWORK),
      egressPrivate: listed('RDZEN_GUARD_EGRESS_PRIVATE', CIDR, 'networks such as 10.1.0.0/16'),
      memoryBytes: whole('RDZEN_GUARD_MEMORY_MB', env.RDZEN_GUARD_MEMORY_MB, 512, 6, 65_536) * MiB,
      nanoCpus: whole('RDZEN_GUARD_CPU_PERCENT', env.RDZEN_GUARD_CPU_PERCENT, 100, 1, 6_400) * 1e7,
      ...(env.RDZEN_GUARD_CORE_NETWORK
        ? { coreNetwork: like('RDZEN_GUARD_CORE_NETWORK', env.RDZEN_GUARD_CORE_NETWORK, NETWORK) }
        : {}),
      coreMemoryBytes:
        whole('RDZEN_GUARD_CORE_MEMORY_MB', env.RDZEN_GUARD_CORE_MEMORY_MB, 8_192, 64, 1_048_576) * MiB,
      coreNanoCpus:
        whole('RDZEN_GUARD_CORE_CPU_PERCENT', env.RDZEN_GUARD_CORE_CPU_PERCENT, 800, 1, 25_600) * 1e7,
      pids: whole('RDZEN_GUARD_PIDS', env.RDZEN_GUARD_PIDS, 256, 1, 4_096),
      tmpfsBytes: whole('RDZEN_GUARD_TMPFS_MB', env.RDZEN_GUARD_TMPFS_MB, 64, 1, 4_096) * MiB,
      containers: whole('RDZEN_GUARD_CONTAINERS', env.RDZEN_GUARD_CONTAINERS, 64, 1, 1_000),
      networks: whole('RDZEN_GUARD_NETWORKS', env.RDZEN_GUARD_NETWORKS, 64, 1, 1_000),
      volumes: whole('RDZEN_GUARD_VOLUMES', env.RDZEN_GUARD_VOLUMES, 200, 1, 10_000),
      archiveBytes: whole('RDZEN_GUARD_ARCHIVE_MB', env.RDZEN_GUARD_ARCHIVE_MB, 256, 1, 65_536) * MiB,
      bodyBytes: 256 * 1024,
    },
  };
}

/** As the egress proxy reads its lists. */
export function words(text = ''): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

function like(name: string, text: string, pattern: RegExp): string {
  if (pattern.test(text)) return text;
  throw new Error(`${name} is "${text.slice(0, 100)}", which is no name of one that can be used here`);
}

function socketPath(name: string, path: string): string {
  if (path.startsWith('/') && path.length <= 100) return path;
  throw new Error(`${name} is "${path}"; allowed: an absolute path of at most 100 characters`);
}

function whole(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (!text) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name} is "${text}"; allowed: a whole number from ${min} to ${max}`);
}
