import type { ComponentVolumes } from './component-volumes';
import type { ContainerStdio } from './container-attachments';

/** Where the files of a trial stand. */
export const FIXTURES_FOLDER = '/tmp/fixtures';
/** Nobody on the host: user and group of every component, whatever its image names. */
export const COMPONENT_USER = 10_001;

/** A container for a component: short-lived, not trusted, spoken to over its standard streams. */
export interface ComponentContainerSpec {
  name: string;
  /** `name@sha256:...` or an id: what runs must not be another thing tomorrow. */
  image: string;
  args?: string[];
  env: Record<string, string>;
  /**
   * What nobody may read who inspects the container: handed over through its input when it starts, as files
   * `/run/secrets/NAME` (mode 0400, in memory) and as variables NAME and NAME_FILE of its program alone. Its image needs a
   * `/bin/sh` for that.
   */
  secrets?: Record<string, string>;
  labels: Record<string, string>;
  limits: ComponentLimits;
  /** A named volume for what must outlive the container, made where it is missing; absolute path below /data or /mnt. */
  state?: {
    volume: string;
    path: string;
    /** The sweep removes it when it would remove the container; else it stays until somebody removes it. */
    fleeting?: boolean;
  };
  /** Small files at {@link FIXTURES_FOLDER}, in a fleeting volume of that name. */
  fixtures?: { volume: string; files: Readonly<Record<string, string>> };
  /** One of `ComponentNetworks`, its names there, and ids of others it stands on as well; absent: no network at all. */
  network?: { id: string; aliases?: string[]; also?: readonly string[] };
  /** After which the sweep removes it, whoever forgot it. */
  lifetimeMs: number;
}

export interface ComponentLimits {
  memoryBytes: number;
  /** Of one processor. */
  cpus: number;
  pids: number;
  /** Of /tmp, the only place it may write to. */
  scratchBytes: number;
}

/** What the engine says of one, running or ended. */
export interface ComponentState {
  running: boolean;
  /** Of the image it was made of. */
  imageId: string;
  exitCode?: number;
  /** The main process was ended for the memory it took. */
  oomKilled: boolean;
  startedAt?: number;
}

export interface ComponentUse {
  memoryBytes: number;
  processes: number;
  cpuMs: number;
  /** Of the scheduler, in which it wanted to compute, and those in which it wanted more than it may; undefined where not told. */
  periods?: { all: number; heldBack: number };
  /** In use of /tmp; undefined where the engine does not tell. */
  scratchBytes?: number;
}

/** One component's container. Errors: RdzenError ENGINE_*. */
export interface ComponentContainer {
  readonly id: string;
  readonly name: string;
  /** Attached first, so that nothing it says is lost. */
  start(): Promise<ContainerStdio>;
  inspect(): Promise<ComponentState | undefined>;
  use(): Promise<ComponentUse>;
  /** Paths in its file system that differ from the image's. */
  changes(): Promise<string[]>;
  /** Whether its user may write to a folder that a volume is mounted at; before or after the start. */
  mayWriteTo(path: string): Promise<boolean>;
  /** Names of the files below a folder that a volume is mounted at, as they stand; before, after or while it runs. */
  filesAt(path: string): Promise<string[]>;
  /** Whether a process in it, main or not, was ended for memory since the start. */
  hadOom(): Promise<boolean>;
  /** Packets it wanted to send with no way to send them; undefined where its counters are out of sight. */
  networkAttempts(): Promise<number | undefined>;
  /** SIGTERM, SIGKILL after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  kill(): Promise<void>;
  /** Whatever state it is in. One that is gone is no error. */
  remove(): Promise<void>;
}

/** What an image says of itself; nothing of it is believed, it is compared. */
export interface ComponentImage {
  id: string;
  digests: string[];
  labels: Record<string, string>;
  bytes: number;
  user: string;
  entrypoint: string[];
  cmd: string[];
  env: string[];
  /** Paths for which the engine makes a volume of its own in each container, unless the container is given one there. */
  volumes: string[];
  architecture: string;
}

/** The engine as a sandbox uses it. */
export interface SandboxEngine {
  version: string;
  architecture: string;
  /** Runtimes it offers, such as `runc` and `runsc`. */
  runtimes: string[];
  /** Of its machine; undefined where it does not tell. */
  processors?: number;
}

/** One life of the engine, from when it was asked for. */
export interface EngineLife {
  /** It ended, was restarted, or went out of reach since. */
  readonly isOver: boolean;
  /** One of the containers was sent a signal by somebody else: `docker kill`, `docker stop`, an engine that is being stopped. */
  readonly killedByOthers: boolean;
  close(): void;
}

/**
 * Runs components. Apart from `ContainerEngine`, whose containers have names for life and are watched and repaired: these
 * come and go, and nothing of them may be left. What this process started ends when its input closes, even where it is
 * SIGKILLed; {@link sweep} removes what was left.
 *
 * Errors: RdzenError ENGINE_*, IMAGE_MISSING.
 */
export abstract class ComponentContainers {
  /** Those in which components keep their data. */
  abstract readonly volumes: ComponentVolumes;
  abstract engine(): Promise<SandboxEngine>;
  /** @param labels of the containers whose ends matter */
  abstract life(labels: Readonly<Record<string, string>>): Promise<EngineLife>;
  abstract image(reference: string): Promise<ComponentImage | undefined>;
  abstract create(spec: ComponentContainerSpec): Promise<ComponentContainer>;
  /** Containers of ours, by label `name` or `name=value`. */
  abstract count(label: string): Promise<number>;
  /** Of earlier lives, and those whose time is over. @returns how many things it removed */
  abstract sweep(): Promise<number>;
}
