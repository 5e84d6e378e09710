export interface NetworkInfo {
  id: string;
  name: string;
  /** Without a way out. */
  internal: boolean;
  labels: Record<string, string>;
}

/** Networks between containers. Errors: RdzenError ENGINE_*. */
export abstract class ContainerNetworks {
  /** Labelled as ours besides. @returns its id. Rejects where there is one of that name. */
  abstract create(network: {
    name: string;
    internal: boolean;
    labels?: Record<string, string>;
  }): Promise<string>;
  /**
   * One that is connected already is no error.
   *
   * @param aliases names by which the container is found there, beside its own
   */
  abstract connect(network: string, container: string, aliases?: string[]): Promise<void>;
  /** One that is not connected, or gone, is no error. */
  abstract disconnect(network: string, container: string): Promise<void>;
  /** One that is gone is no error; one that a running container is on is. */
  abstract remove(network: string): Promise<void>;
  /** @param label `name` or `name=value` */
  abstract list(label: string): Promise<NetworkInfo[]>;
}
