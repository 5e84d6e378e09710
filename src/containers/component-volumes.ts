/** A volume of a component, and what it is kept for. */
export interface KeptVolume {
  name: string;
  component: string;
}

export interface VolumeCopy {
  from: string;
  /** Made anew: what it held is gone. */
  to: string;
  /** Whose data it is; label of `to`. */
  component: string;
  /** Where the component has it. A new volume takes over owner and mode of the image's own folder there. */
  path: string;
  /** `name@sha256:...`: containers of it, never started, through which the data goes. */
  image: string;
}

export interface VolumeMeasure {
  volume: string;
  /** Where the component has it. */
  path: string;
  /** `name@sha256:...`: a container of it, never started, through which the data is read. */
  image: string;
  /** Nothing is read beyond so many bytes. */
  most: number;
}

/**
 * Volumes in which components keep their data. They outlive containers, restarts and sweeps; only a word removes them.
 *
 * Errors: RdzenError ENGINE_*, IMAGE_MISSING.
 */
export abstract class ComponentVolumes {
  abstract exists(name: string): Promise<boolean>;
  /** Of this installation. */
  abstract of(component: string): Promise<KeptVolume[]>;
  /** One that is gone is no error; one that is mounted is. */
  abstract remove(name: string): Promise<void>;
  /** As {@link remove}, or as soon as the engine lets it. Never throws. */
  abstract discard(name: string): Promise<void>;
  /**
   * What all files in it take, each rounded up to 512 bytes and with 512 of its own; undefined where there is no such volume.
   * Whoever uses it is not disturbed.
   */
  abstract bytes(measure: VolumeMeasure): Promise<number | undefined>;
  /** Names, owners and contents of all files. Nothing may write to either meanwhile. */
  abstract copy(copy: VolumeCopy): Promise<void>;
}
