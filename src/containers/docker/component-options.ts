import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import { type ComponentContainerSpec, FIXTURES_FOLDER } from '../component-containers';
import { CONFINED_HOST, confinedOptions, type FullHostConfig } from './confined';
import type { Maker } from './labels';

const SHARED_MEMORY_BYTES = 8 * 2 ** 20;
const BILLIONTHS = 1e9;

/**
 * The create call of a component: nothing of the host in reach, nothing to gain, and a ceiling on all it can take. What a
 * manifest does not ask for is not here; the docker-guard refuses more.
 *
 * @param now epoch ms
 * @param cgroup version 2 knows no swappiness
 */
export function componentOptions(
  spec: ComponentContainerSpec,
  maker: Maker,
  now: number,
  cgroup: '1' | '2',
): ContainerCreateOptions {
  const { limits, state, fixtures, network } = spec;
  const mounts = [
    ...(state ? [mount(state.volume, state.path)] : []),
    ...(fixtures ? [mount(fixtures.volume, FIXTURES_FOLDER)] : []),
  ];
  return {
    ...confinedOptions(spec, maker, now),
    ...(spec.args ? { Cmd: spec.args } : {}),
    Hostname: 'component',
    HostConfig: {
      ...CONFINED_HOST,
      NetworkMode: network?.id ?? 'none',
      // A resolver that is not there: names of its own network are known all the same, and no others leave it.
      ...(network ? { Dns: ['127.0.0.1'], DnsOptions: ['timeout:1', 'attempts:1'] } : {}),
      PidsLimit: limits.pids,
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      ...(cgroup === '1' ? { MemorySwappiness: 0 } : {}),
      NanoCpus: Math.round(limits.cpus * BILLIONTHS),
      OomScoreAdj: 500,
      ShmSize: SHARED_MEMORY_BYTES,
      Tmpfs: { '/tmp': `rw,noexec,nosuid,nodev,size=${Math.ceil(limits.scratchBytes / 1024)}k,mode=1777` },
      Ulimits: [
        { Name: 'nofile', Soft: 1_024, Hard: 1_024 },
        { Name: 'nproc', Soft: 256, Hard: 256 },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      ...(mounts.length > 0 ? { Mounts: mounts } : {}),
    } satisfies FullHostConfig,
    ...(network
      ? { NetworkingConfig: { EndpointsConfig: { [network.id]: { Aliases: network.aliases ?? [] } } } }
      : {}),
  };
}

function mount(Source: string, Target: string): MountSettings {
  return { Type: 'volume', Source, Target, ReadOnly: false };
}
