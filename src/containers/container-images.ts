export interface ImageInfo {
  id: string;
  /** `name:tag` */
  references: string[];
  /** `name@sha256:...`, for those that came from a registry. */
  digests: string[];
  labels: Record<string, string>;
  bytes: number;
}

export interface PullProgress {
  /** As the engine says it: `Downloading`, `Extracting`, ... */
  status: string;
  /** Of all layers it has told of by now. */
  doneBytes: number;
  totalBytes: number;
}

export interface PullOptions {
  /** For the whole of it. */
  withinMs: number;
  signal?: AbortSignal;
  onProgress?: (progress: PullProgress) => void;
}

/** Images as the engine has them. Errors: RdzenError ENGINE_*, IMAGE_MISSING. */
export abstract class ContainerImages {
  /** @param reference `name:tag`, `name@sha256:...` or an id; undefined where the engine has none */
  abstract inspect(reference: string): Promise<ImageInfo | undefined>;
  /** Ends early, with the signal's reason, when it aborts. */
  abstract pull(reference: string, options: PullOptions): Promise<ImageInfo>;
  /** One that is not there is no error; one that a container uses is. */
  abstract remove(reference: string): Promise<void>;
  /** @param label `name` or `name=value` */
  abstract list(label: string): Promise<ImageInfo[]>;
}
