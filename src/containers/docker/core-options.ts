import type { ContainerCreateOptions } from 'dockerode';
import { COMPONENT_USER } from '../component-containers';
import type { CoreContainerSpec } from '../core-containers';
import { CONFINED_HOST, type FullHostConfig } from './confined';
import { MANAGED } from './labels';

/** Where an Ollama listens. */
export const CORE_PORT = '11434/tcp';
const MIB = 2 ** 20;
const BILLIONTHS = 1e9;
/** Longer than one answer: a stop lets what is being written end. */
const STOP_S = 30;

/** Which network it is reached by, and where. */
export interface CorePlace {
  network: string;
  /** Nothing but what is on it is in reach. */
  internal: boolean;
  /** Port of the loopback address under which it is published; undefined where it is reached by its name. */
  publishedPort?: number;
}

/**
 * The create call of a further core: the cage of a component, with a folder of models, the network of the cores, and an
 * end of its own. It bears no owner, since it outlives this process like the cores of a compose file.
 */
export function coreOptions(spec: CoreContainerSpec, place: CorePlace): ContainerCreateOptions {
  const { network, internal, publishedPort } = place;
  const published = publishedPort !== undefined;
  return {
    name: spec.name,
    Image: spec.image,
    ...(spec.args ? { Cmd: spec.args } : {}),
    Env: Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`),
    User: `${COMPONENT_USER}:${COMPONENT_USER}`,
    Hostname: 'core',
    StopSignal: 'SIGTERM',
    StopTimeout: STOP_S,
    Labels: { ...spec.labels, [MANAGED]: 'true' },
    HostConfig: {
      ...CONFINED_HOST,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      RestartPolicy: { Name: 'unless-stopped' },
      NetworkMode: network,
      // Without a way out no question goes out either: engines before 26 hand them to the machine's own resolver even so
      // (CVE-2024-29018). A resolver that is not there; names of its own network are known all the same.
      ...(internal ? { Dns: ['127.0.0.1'], DnsOptions: ['timeout:1', 'attempts:1'] } : {}),
      PidsLimit: spec.pids,
      Memory: spec.memoryMiB * MIB,
      MemorySwap: spec.memoryMiB * MIB,
      NanoCpus: Math.round(spec.cpus * BILLIONTHS),
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m,mode=1777' },
      Mounts: [{ Type: 'volume', Source: modelVolume(spec.name), Target: spec.modelPath, ReadOnly: false }],
      ...(published
        ? { PortBindings: { [CORE_PORT]: [{ HostIp: '127.0.0.1', HostPort: String(publishedPort) }] } }
        : {}),
    } satisfies FullHostConfig,
    // The default bridge takes no names.
    ...(network === 'bridge'
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [spec.name] } } } }),
  };
}

export const modelVolume = (name: string): string => `${name}-models`;
