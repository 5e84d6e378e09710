import { blockOf, type ComponentBlock, type Manifest } from '../component-registry/manifest/manifest';
import type { ComponentDoor } from '../containers/component-door';
import type { ComponentNetworks, EgressProxy } from '../containers/component-networks';
import { RdzenError } from '../shared/rdzen-error';

/**
 * - `approved`: it reaches the hosts of its manifest, which people have approved
 * - `none`: it stands behind the same proxy, which lets nothing out and tells what it tried
 */
export type Egress = 'approved' | 'none';

/** What a component stands in beside its own container. */
export interface Surroundings {
  /** Absent: it has no network at all. */
  network?: { id: string; also?: readonly string[] };
  env: Record<string, string>;
  egress?: EgressProxy;
  /** Never throws. To be called when the component's container is gone. */
  close(): Promise<void>;
}

export interface NetworkMeans {
  networks?: ComponentNetworks;
  door?: ComponentDoor;
}

interface Wanted {
  word: string;
  labels: Record<string, string>;
  lifetimeMs: number;
  egress: Egress;
  services?: readonly string[];
}

const NOWHERE: Surroundings = { env: {}, close: () => Promise.resolve() };

/** `host:port` each. */
export function egressOf(manifest: Manifest): string[] {
  const { network } = blockOf(manifest).permissions ?? {};
  return typeof network === 'object' && 'egress' in network ? network.egress : [];
}

export function withoutNetworks({ name }: Manifest): RdzenError {
  return new RdzenError(
    'HELPER_IMAGE_MISSING',
    `${name} needs a network. Networks of components stand behind containers of ours, and the engine has no image to make those of. Set RDZEN_HELPER_IMAGE to an image of Rdzen that is there; node scripts/docker-image.mjs makes one.`,
  );
}

/** Whole names of the services that it uses. */
export function servicesOf(manifest: Manifest): string[] {
  return servicesIn(blockOf(manifest));
}

export function servicesIn({ permissions: { network } = {} }: Pick<ComponentBlock, 'permissions'>): string[] {
  return typeof network === 'object' && 'internal' in network ? network.internal : [];
}

export function speaksHttp(manifest: Manifest): boolean {
  return manifest.packages[0].transport.type === 'streamable-http';
}

/**
 * A network for what needs one: those of the services it was approved with, or one of its own for a component that was approved
 * with hosts, and for one that is only reached over HTTP. All others have none.
 *
 * @throws RdzenError HELPER_IMAGE_MISSING, HELPER_FAILED, ENGINE_*
 */
export async function surroundingsOf(
  manifest: Manifest,
  wanted: Wanted,
  { networks }: NetworkMeans,
): Promise<Surroundings> {
  const [first, ...also] = wanted.services ?? [];
  if (first !== undefined) return { network: { id: first, also }, env: {}, close: () => Promise.resolve() };
  const hosts = egressOf(manifest);
  if (hosts.length === 0 && !speaksHttp(manifest)) return NOWHERE;
  const ready = networks !== undefined && (await networks.ready());
  // What is only tried out can be tried without; it says itself what it lacks.
  if (!speaksHttp(manifest) && (networks === undefined || (wanted.egress === 'none' && !ready)))
    return NOWHERE;
  if (!networks || !ready) throw withoutNetworks(manifest);
  const network = await networks.open(wanted);
  try {
    const egress =
      hosts.length > 0 ? await network.allow(wanted.egress === 'approved' ? hosts : []) : undefined;
    return {
      network: { id: network.id },
      env: egress?.env ?? {},
      ...(egress ? { egress } : {}),
      close: () => network.close(),
    };
  } catch (error) {
    await network.close();
    throw error;
  }
}
