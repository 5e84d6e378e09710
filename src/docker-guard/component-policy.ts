import {
  exactly,
  type FieldRule,
  type FieldRules,
  flag,
  integer,
  mapOf,
  required,
  strings,
  text,
} from './field-rules';
import { isPinned } from './image-reference';
import { isObject, type Json, sameJson } from './strict-json';

/** Labels that decide what may be done with a container; a component's image must not bring its own. */
export const RESERVED_LABELS = ['rdzen.replaces', 'rdzen.watched', 'com.docker.compose.project'];

const words = strings('a list of texts', /^[^\0]*$/);
const TMPFS_WORDS = ['rw', 'ro', 'noexec', 'exec', 'nosuid', 'nodev'];
const REQUIRED_TMPFS_WORDS = ['nosuid', 'nodev'];
const ULIMITS: Readonly<Record<string, number>> = { nofile: 65_536, nproc: 4_096, core: 0 };

const labels: FieldRule = mapOf(
  'names to texts, none of com.docker.* or io.docker.*, rdzen.watched or rdzen.replaces',
  (key, value) =>
    typeof value === 'string' &&
    key.length <= 200 &&
    value.length <= 4_096 &&
    !/^(com|io|org)\.docker/i.test(key) &&
    !(RESERVED_LABELS.includes(key) && value !== ''),
);

/** Body of `POST /containers/create` for a component. Source: Docker Engine API, `ContainerConfig`. */
export const COMPONENT: FieldRules = {
  Image: required({
    allowed: 'an image by digest (name@sha256:...) out of a registry of RDZEN_GUARD_REGISTRIES',
    accepts: (value, { registries }) => typeof value === 'string' && isPinned(value, registries),
  }),
  User: required(
    text('numbers of a user and a group from 1000 up, such as 10001:10001', /^[1-9]\d{3,8}:[1-9]\d{3,8}$/),
  ),
  Cmd: words,
  Entrypoint: words,
  Env: strings('a list of NAME=value', /^[A-Za-z_][A-Za-z0-9_.-]*=[^\0]*$/),
  WorkingDir: text('an absolute path', /^\/[^\0]{0,200}$/),
  // The engine lets a container answer to it on every network it is on.
  Hostname: exactly('component'),
  StopSignal: text('a signal by name', /^SIG[A-Z0-9]{2,8}$/),
  StopTimeout: integer('0 to 60 seconds', 0, () => 60),
  Tty: flag,
  OpenStdin: flag,
  StdinOnce: flag,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  NetworkDisabled: flag,
  Labels: labels,
  HostConfig: required({ allowed: 'the rows of component.HostConfig', accepts: (value) => isObject(value) }),
  NetworkingConfig: { allowed: 'the rows of component.endpoint', accepts: (value) => isObject(value) },
};

/** Its `HostConfig`. Source: the same, `HostConfig`. */
export const COMPONENT_HOST: FieldRules = {
  NetworkMode: required(
    text('none, or a network of ours that is internal, by name or id', /^(none|[A-Za-z0-9][\w.-]{0,127})$/),
  ),
  Dns: {
    allowed: '["127.0.0.1"], where nothing answers',
    accepts: (value) => sameJson(value, ['127.0.0.1']),
  },
  DnsOptions: {
    allowed: 'timeout:1 and attempts:1',
    accepts: (value) => sameJson(value, ['timeout:1', 'attempts:1']),
  },
  ReadonlyRootfs: required(exactly(true)),
  CapDrop: required({
    allowed: '["ALL"]',
    accepts: (value) => Array.isArray(value) && value.includes('ALL'),
  }),
  SecurityOpt: required({
    allowed: '["no-new-privileges:true"]',
    accepts: (value) => {
      const allowed: Json[] = ['no-new-privileges:true', 'no-new-privileges'];
      return Array.isArray(value) && value.length > 0 && value.every((one) => allowed.includes(one));
    },
  }),
  PidsLimit: required(integer('1 to RDZEN_GUARD_PIDS', 1, ({ pids }) => pids)),
  Memory: required(
    integer('6 MiB to RDZEN_GUARD_MEMORY_MB, in bytes', 6 * 2 ** 20, ({ memoryBytes }) => memoryBytes),
  ),
  MemorySwap: required(
    integer('at most RDZEN_GUARD_MEMORY_MB, in bytes', 1, ({ memoryBytes }) => memoryBytes),
  ),
  NanoCpus: required(
    integer('1 to RDZEN_GUARD_CPU_PERCENT, in billionths of a processor', 1, ({ nanoCpus }) => nanoCpus),
  ),
  MemorySwappiness: integer('0 to 100', 0, () => 100),
  MemoryReservation: integer('at most RDZEN_GUARD_MEMORY_MB, in bytes', 0, ({ memoryBytes }) => memoryBytes),
  OomScoreAdj: integer('0 to 1000', 0, () => 1_000),
  ShmSize: integer('at most RDZEN_GUARD_TMPFS_MB, in bytes', 0, ({ tmpfsBytes }) => tmpfsBytes),
  Tmpfs: mapOf(
    '/tmp and /run only, with size=, nosuid and nodev',
    (path, options, { tmpfsBytes }) =>
      ['/tmp', '/run'].includes(path) && typeof options === 'string' && isTmpfs(options, tmpfsBytes),
  ),
  Ulimits: {
    allowed: 'nofile up to 65536, nproc up to 4096, core 0',
    accepts: (value) => Array.isArray(value) && value.every(isUlimit),
  },
  LogConfig: required({
    allowed: 'json-file or local with max-size and max-file, 100 MB at most each; or none',
    accepts: isLogConfig,
  }),
  RestartPolicy: { allowed: 'no, on-failure or unless-stopped', accepts: isRestartPolicy },
  Mounts: {
    allowed:
      "volumes of ours by name: {Type: 'volume', Source, Target, ReadOnly}, on paths below /data or /mnt, or on /tmp/fixtures",
    accepts: (value, { prefix }) => Array.isArray(value) && value.every((one) => isVolumeMount(one, prefix)),
  },
  Init: flag,
  AutoRemove: flag,
  IpcMode: exactly('private', 'none'),
  CgroupnsMode: exactly('private'),
  Runtime: exactly('runc', 'runsc', 'io.containerd.runc.v2'),
  ConsoleSize: {
    allowed: 'two numbers',
    accepts: (value) => Array.isArray(value) && value.length === 2 && value.every((n) => Number.isInteger(n)),
  },
};

const LOG_OPTIONS: Readonly<Record<string, RegExp>> = {
  'max-size': /^([1-9]\d?|100)m$|^[1-9]\d{0,4}k$/,
  'max-file': /^[1-9]$/,
};

function isLogConfig(value: Json): boolean {
  if (!isObject(value)) return false;
  const { Type, Config, ...more } = value;
  if (Object.keys(more).length > 0) return false;
  const options = isObject(Config) ? Config : {};
  if (Type === 'none') return Object.keys(options).length === 0;
  if (Type !== 'json-file' && Type !== 'local') return false;
  // Its output fills the disk otherwise.
  if (!('max-size' in options)) return false;
  return Object.entries(options).every(
    ([key, one]) =>
      Object.hasOwn(LOG_OPTIONS, key) && typeof one === 'string' && (LOG_OPTIONS[key]?.test(one) ?? false),
  );
}

export function isRestartPolicy(value: Json): boolean {
  if (!isObject(value)) return false;
  const { Name = '', MaximumRetryCount = 0, ...more } = value;
  return (
    ['', 'no', 'on-failure', 'unless-stopped'].includes(Name as string) &&
    Number.isInteger(MaximumRetryCount) &&
    Number(MaximumRetryCount) >= 0 &&
    Object.keys(more).length === 0
  );
}

function isTmpfs(options: string, most: number): boolean {
  const given = options.split(',');
  const sizes = given.filter((one) => one.startsWith('size='));
  const [, number = '', unit = ''] = /^size=(\d{1,9})([km]?)$/.exec(sizes[0] ?? '') ?? [];
  const bytes = Number(number || Infinity) * { '': 1, k: 2 ** 10, m: 2 ** 20 }[unit as '' | 'k' | 'm'];
  const rest = given.filter((one) => !one.startsWith('size='));
  return (
    sizes.length === 1 &&
    bytes > 0 &&
    bytes <= most &&
    REQUIRED_TMPFS_WORDS.every((word) => rest.includes(word)) &&
    rest.every(
      (one) => TMPFS_WORDS.includes(one) || /^mode=[01]?[0-7]{3}$/.test(one) || /^[ug]id=\d{4,9}$/.test(one),
    )
  );
}

function isUlimit(value: Json): boolean {
  if (!isObject(value)) return false;
  const { Name, Soft = 0, Hard = 0, ...more } = value;
  if (Object.keys(more).length > 0 || typeof Name !== 'string' || !Object.hasOwn(ULIMITS, Name)) return false;
  return [Soft, Hard].every(
    (one) => Number.isInteger(one) && Number(one) >= 0 && Number(one) <= (ULIMITS[Name] ?? 0),
  );
}

/** No driver, no options: a volume that a mount makes with options may be any folder of the host. */
function isVolumeMount(value: Json, prefix: string): boolean {
  if (!isObject(value)) return false;
  const { Type, Source, Target, ReadOnly = false, ...more } = value;
  return (
    Type === 'volume' &&
    typeof Source === 'string' &&
    Source.startsWith(prefix) &&
    /^[a-z0-9][a-z0-9_.-]{1,100}$/.test(Source) &&
    typeof Target === 'string' &&
    /^(\/(data|mnt)(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*|\/tmp\/fixtures)$/.test(Target) &&
    typeof ReadOnly === 'boolean' &&
    Object.keys(more).length === 0
  );
}
