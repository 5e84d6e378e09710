import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { COMPONENT_USER } from '../component-containers';
import { EXPIRES, labelsOf, type Maker } from './labels';

/** The published types lack one. */
export type FullHostConfig = HostConfig & { CgroupnsMode: 'private' };

/** What a component and a helper beside it have in common: a container for a while, spoken to over its standard streams. */
export interface ConfinedSpec {
  name: string;
  image: string;
  env: Record<string, string>;
  labels: Record<string, string>;
  lifetimeMs: number;
}

/** @param now epoch ms */
export function confinedOptions(spec: ConfinedSpec, maker: Maker, now: number): ContainerCreateOptions {
  return {
    name: spec.name,
    Image: spec.image,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    User: `${COMPONENT_USER}:${COMPONENT_USER}`,
    StopSignal: 'SIGTERM',
    StopTimeout: 3,
    Tty: false,
    OpenStdin: true,
    // Its input ends with our connection: it cannot outlive us.
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Labels: {
      ...labelsOf(maker, spec.labels),
      [EXPIRES]: String(Math.ceil((now + spec.lifetimeMs) / 1000)),
    },
  };
}

/** Nothing of the host in reach, and nothing to gain. */
export const CONFINED_HOST = {
  Init: true,
  ReadonlyRootfs: true,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges:true'],
  LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
  RestartPolicy: { Name: 'no' },
  IpcMode: 'private',
  CgroupnsMode: 'private',
} satisfies FullHostConfig;
