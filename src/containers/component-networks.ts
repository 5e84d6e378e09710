/** `host:port` each, as a manifest declares them: a host name or an address, and one port. */
export type EgressTarget = string;

/** What the egress proxy refused. */
export interface EgressDenial {
  /** `host:port` that was asked for; cleaned and cut. */
  target: string;
  /**
   * - `not-listed`: the host and port are not in the allow list
   * - `private-address`: the name leads to an address that is no public one
   * - `limit`: too many connections, bytes, or idle for too long
   */
  reason: 'not-listed' | 'private-address' | 'limit';
  /** Epoch milliseconds. */
  at: number;
}

/** All refusals of one target. */
export interface EgressRefusals {
  target: string;
  times: number;
  /** Epoch milliseconds. */
  lastAt: number;
}

/** The one way out of a component's network. */
export interface EgressProxy {
  /** Variables for the component: `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` and what programs read in their place. */
  env: Record<string, string>;
  /** The last of them, at most 100. */
  readonly denials: readonly EgressDenial[];
  /** All of them. */
  readonly denied: number;
  /** By target, at most 100 of them, the last one last. */
  readonly refused: readonly EgressRefusals[];
  onDenied?: (denial: EgressDenial) => void;
}

/** A network of one component's own. No address of the machine is in reach from it, and nobody else's container is on it. */
export interface ComponentNetwork {
  /** For {@link ComponentContainerSpec.network}. */
  readonly id: string;
  readonly name: string;
  /**
   * Puts an egress proxy on it.
   *
   * @param allowed an empty list denies all
   * @throws RdzenError HELPER_IMAGE_MISSING, HELPER_FAILED, ENGINE_*
   */
  allow(allowed: readonly EgressTarget[]): Promise<EgressProxy>;
  /** The proxy and the network are gone after it; containers of components must be gone before. Never throws. */
  close(): Promise<void>;
}

/** What a network is for: part of its name, and labels beside ours. */
export interface NetworkPurpose {
  word: string;
  labels: Record<string, string>;
  /** After which the sweep removes it, whoever forgot it. */
  lifetimeMs: number;
}

/**
 * Networks of components. Containers of ours stand on them (the egress proxy, the gate), made of the image that Rdzen itself
 * runs from.
 */
export abstract class ComponentNetworks {
  /** Whether there is an image to make our containers of; without one, nothing that needs a network can run. */
  abstract ready(): Promise<boolean>;
  /** @throws RdzenError ENGINE_* */
  abstract open(purpose: NetworkPurpose): Promise<ComponentNetwork>;
}
