import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { EXPIRES, labelsOf, type Maker } from './labels';

/** Programs of ours that stand beside a component, all in the image of Rdzen. The docker-guard knows these, and no other. */
export const HELPER_PROGRAMS = {
  egress: ['node', 'dist/egress-proxy/main.js'],
  gate: ['node', 'dist/gate/main.js'],
} as const;

export type HelperKind = keyof typeof HELPER_PROGRAMS;

export interface HelperSpec {
  kind: HelperKind;
  name: string;
  /** Id of the image. */
  image: string;
  env: Record<string, string>;
  labels: Record<string, string>;
  /** Name or id. */
  network: string;
  lifetimeMs: number;
}

type FullHostConfig = HostConfig & { CgroupnsMode: 'private' };

const MEMORY_BYTES = 192 * 2 ** 20;

/**
 * The create call of a helper: as narrow as that of a component.
 *
 * @param now epoch ms
 */
export function helperOptions(spec: HelperSpec, maker: Maker, now: number): ContainerCreateOptions {
  return {
    name: spec.name,
    Image: spec.image,
    Entrypoint: [...HELPER_PROGRAMS[spec.kind]],
    Cmd: [],
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    User: '10001:10001',
    Hostname: spec.kind,
    StopSignal: 'SIGTERM',
    StopTimeout: 3,
    Tty: false,
    OpenStdin: true,
    // Its input ends with our connection: it cannot outlive us.
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    // The image's own asks whether an assistant works.
    Healthcheck: { Test: ['NONE'] },
    Labels: {
      ...labelsOf(maker, { ...spec.labels, 'rdzen.helper': spec.kind }),
      [EXPIRES]: String(Math.ceil((now + spec.lifetimeMs) / 1000)),
    },
    HostConfig: {
      NetworkMode: spec.network,
      Init: true,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      // It stands on two networks, and leads from one to the other by its own will only.
      Sysctls: { 'net.ipv4.ip_forward': '0' },
      PidsLimit: 64,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      NanoCpus: 1e9,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
      RestartPolicy: { Name: 'no' },
      IpcMode: 'private',
      CgroupnsMode: 'private',
    } satisfies FullHostConfig as HostConfig,
  };
}
