import type { ContainerCreateOptions } from 'dockerode';
import { CONFINED_HOST, confinedOptions, type ConfinedSpec, type FullHostConfig } from './confined';
import type { Maker } from './labels';

/** Programs of ours that stand beside a component, all in the image of Rdzen. The docker-guard knows these, and no other. */
export const HELPER_PROGRAMS = {
  egress: ['node', 'dist/egress-proxy/main.js'],
  gate: ['node', 'dist/gate/main.js'],
} as const;

export type HelperKind = keyof typeof HELPER_PROGRAMS;

/** Its image by id. */
export interface HelperSpec extends ConfinedSpec {
  kind: HelperKind;
  /** Name or id. */
  network: string;
}

const MEMORY_BYTES = 192 * 2 ** 20;

/**
 * The create call of a helper: as narrow as that of a component.
 *
 * @param now epoch ms
 */
export function helperOptions(spec: HelperSpec, maker: Maker, now: number): ContainerCreateOptions {
  return {
    ...confinedOptions({ ...spec, labels: { ...spec.labels, 'rdzen.helper': spec.kind } }, maker, now),
    Entrypoint: [...HELPER_PROGRAMS[spec.kind]],
    Cmd: [],
    Hostname: spec.kind,
    // The image's own asks whether an assistant works.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ...CONFINED_HOST,
      NetworkMode: spec.network,
      // It stands on two networks, and leads from one to the other by its own will only.
      Sysctls: { 'net.ipv4.ip_forward': '0' },
      PidsLimit: 64,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      NanoCpus: 1e9,
    } satisfies FullHostConfig,
  };
}
