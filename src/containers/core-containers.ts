import { RdzenError } from '../shared/rdzen-error';

/** A further core as a container. */
export interface CoreContainerSpec {
  /** Of the container; its volume of models is called the same with `-models` behind it. */
  name: string;
  /** By digest. */
  image: string;
  /** Name of the container of a core that is there already: the new one stands on its network, unless another is set. */
  like: string;
  /** It is reached by a port of the loopback address, and not by its name: this process stands on no network of the engine. */
  published: boolean;
  memoryMiB: number;
  /** Of one processor; no more than the machine has is given. */
  cpus: number;
  pids: number;
  env?: Record<string, string>;
  /** What its program is called with, in place of the image's own. */
  args?: string[];
  /** Where the image keeps its models: a folder below /data or /mnt that belongs to the user of components. */
  modelPath: string;
  labels?: Record<string, string>;
}

/**
 * Makes and removes the containers of further cores; watching, restarting and repairing them is the container engine's.
 * Both calls may be repeated after a crash at any place.
 *
 * Errors: RdzenError ENGINE_*, IMAGE_MISSING.
 */
export abstract class CoreContainers {
  /** Looks after those that an earlier life made, whether they are there or not. */
  abstract adopt(names: readonly string[]): Promise<void>;
  /** Makes and starts it, or takes the one that is there. @returns where it is reached */
  abstract make(spec: CoreContainerSpec): Promise<{ url: string }>;
  /** Container and volume; what is gone already is no error. */
  abstract remove(name: string): Promise<void>;
}

/** Where no container engine looks after any core. */
export class NoCoreContainers extends CoreContainers {
  adopt(): Promise<void> {
    return Promise.resolve();
  }

  make({ name }: CoreContainerSpec): Promise<{ url: string }> {
    return Promise.reject(this.refusal(name));
  }

  remove(name: string): Promise<void> {
    return Promise.reject(this.refusal(name));
  }

  private refusal(name: string): RdzenError {
    return new RdzenError(
      'CORE_NOT_OURS',
      `The container ${name} of a further core is out of reach: no container is looked after here. Set RDZEN_CONTAINER_CORE<n>, or use the Docker profile.`,
    );
  }
}
