export interface VolumeInfo {
  name: string;
  labels: Record<string, string>;
}

/** Volumes on the engine's own disk. Errors: RdzenError ENGINE_*. */
export abstract class ContainerVolumes {
  /** Labelled as ours besides. One of that name that is there already is left as it is. */
  abstract create(volume: { name: string; labels?: Record<string, string> }): Promise<void>;
  /** One that is gone is no error; one that a container has is. */
  abstract remove(name: string): Promise<void>;
  /** @param label `name` or `name=value` */
  abstract list(label: string): Promise<VolumeInfo[]>;
}
