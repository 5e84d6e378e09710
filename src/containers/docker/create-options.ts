import type { ContainerCreateOptions } from 'dockerode';
import type { ContainerSpec } from '../container-engine';
import { labelsOf, type Maker } from './labels';

const LOG_FILES = { 'max-size': '10m', 'max-file': '3' };

/**
 * A container out of its spec, with as few rights as anything needs: no capabilities, no new privileges, a network of its
 * engine's default kind.
 */
export function createOptions(spec: ContainerSpec, maker: Maker): ContainerCreateOptions {
  return {
    name: spec.name,
    Image: spec.image,
    ...(spec.args ? { Cmd: spec.args } : {}),
    Env: Object.entries(spec.env ?? {}).map(([name, value]) => `${name}=${value}`),
    Labels: labelsOf(maker, spec.labels),
    StopTimeout: 10,
    HostConfig: {
      Init: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      RestartPolicy: { Name: spec.restart === 'always' ? 'unless-stopped' : 'no' },
      LogConfig: { Type: 'json-file', Config: LOG_FILES },
    },
  };
}
