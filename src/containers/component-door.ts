import type { ComponentContainer } from './component-containers';

/** A way into a component: what connects to `host:port` speaks to the component's port. Only this process's machine can. */
export interface Door {
  /** Always a loopback address of this process. */
  readonly host: string;
  readonly port: number;
  /** Ends its connections; the component runs on. Never throws. */
  close(): Promise<void>;
}

/**
 * Opens ways into components that listen on a port of their isolated network. The component has no way back: it sees
 * connections that come from a container of ours, which can reach nothing but it.
 */
export abstract class ComponentDoor {
  /**
   * @param container started, and made with {@link ComponentContainerSpec.network}
   * @param port of TCP in it; whether something listens there shows when somebody connects
   * @param lifetimeMs after which the sweep closes it, whoever forgot it; absent: a day
   * @throws RdzenError HELPER_IMAGE_MISSING, HELPER_FAILED, ENGINE_*
   */
  abstract open(container: ComponentContainer, port: number, lifetimeMs?: number): Promise<Door>;
}
