/** What to run. `image` is an image reference in Docker, a program name (`ollama`, `core`, `chat-server`) for processes. */
export interface ContainerSpec {
  name: string;
  image: string;
  args?: string[];
  /** Given whole: nothing of our own environment leaks in but PATH, HOME, TMPDIR and LANG. */
  env?: Record<string, string>;
  /** `always`: started again with back-off when it dies (layer 0; never counts as a repair). */
  restart: 'always' | 'no';
  labels?: Record<string, string>;
}

/**
 * - `waiting-to-restart`: it died, and its restart policy will start it again
 * - `exited`: it died, or is gone, and nothing but us starts it again
 * - `stopped`: somebody wanted it to end
 */
export type ContainerState = 'running' | 'paused' | 'waiting-to-restart' | 'exited' | 'stopped';

export interface ContainerInfo {
  name: string;
  image: string;
  /** What the image was when it was made, whatever its name means by now. */
  imageId?: string;
  state: ContainerState;
  pid?: number;
  /** Epoch milliseconds of the latest start. */
  startedAt?: number;
  exitCode?: number;
  signal?: string;
  /** Times it was started again by itself since `start`. */
  restarts: number;
  /** What its own health check says, where it has one. */
  health?: 'starting' | 'healthy' | 'unhealthy';
  /** Deaths of its own in the last 60 s; at three the repair ladder takes over. */
  deathsLastMinute: number;
  labels: Record<string, string>;
}

export interface ContainerStats {
  /** In use and not merely cached; the whole process group or container. */
  memoryBytes: number;
  /** Undefined where nothing limits it. */
  memoryLimitBytes?: number;
  /** Since its start. */
  cpuMs: number;
  processes: number;
}

export type ContainerEvent =
  | { type: 'started'; name: string; pid?: number; at: number }
  | {
      type: 'died';
      name: string;
      at: number;
      exitCode?: number;
      signal?: string;
      /** It was ended for the memory it took; undefined also where the engine cannot tell. */
      oom?: true;
      lastOutput: string[];
    }
  | {
      type: 'stopped';
      name: string;
      at: number;
      /** Not by us: an administrator did it with the engine's own tools. */
      outside?: true;
    }
  | { type: 'paused' | 'resumed'; name: string; at: number }
  /** It runs and cannot be reached any more, or can be again. */
  | { type: 'disconnected' | 'connected'; name: string; at: number; network: string }
  /** A process in it was ended for the memory it took; the container itself may go on. */
  | { type: 'oom'; name: string; at: number }
  /** What its own health check says. */
  | { type: 'unhealthy'; name: string; at: number };

/** Whether the engine itself can be used. `processors`: those its containers compute with. */
export type EngineHealth =
  | { reachable: true; version?: string; processors?: number }
  | { reachable: false; since: number; problem: string };

/**
 * Runs programs beside the gateway. Adapters: processes (embedded profile), Docker, and both at once. Every container is
 * its own process group or container, so ending one ends all it started. What was started here ends with the gateway:
 * processes within 5 s even where it is SIGKILLed, containers at the latest when it is back. What was adopted goes on.
 *
 * Errors: Error with a message that names the container, the cause and the remedy; of Docker RdzenError with the codes
 * ENGINE_*, IMAGE_MISSING, CONTAINER_PORT_TAKEN.
 */
export abstract class ContainerEngine {
  /** Starts it, or does nothing when one of that name runs. Resolves once the process exists, not when it is ready. */
  abstract start(spec: ContainerSpec): Promise<ContainerInfo>;
  /**
   * Makes it known without starting it: it is `stopped` until `start` or `restart`. One that is known already takes the
   * new spec and is left as it is.
   */
  abstract create(spec: ContainerSpec): Promise<ContainerInfo>;
  /** SIGTERM, then SIGKILL to the whole group after `graceMs` (default 3000). Never restarts after that. */
  abstract stop(name: string, graceMs?: number): Promise<void>;
  /**
   * stop + start with the same spec; `graceMs: 0` for a hung one. What was paused runs again, what was cut off is
   * connected again.
   */
  abstract restart(name: string, graceMs?: number): Promise<ContainerInfo>;
  /**
   * Away with it, whatever state it is in, and made anew from its spec.
   *
   * @param image in place of the spec's, from now on
   */
  abstract recreate(name: string, image?: string): Promise<ContainerInfo>;
  /** A signal to the container's main process, as `kill -SIGNAL pid`. The restart policy stays in force. */
  abstract signal(name: string, signal: NodeJS.Signals): Promise<void>;
  /** Every process of it stands still, until `resume`. */
  abstract pause(name: string): Promise<void>;
  abstract resume(name: string): Promise<void>;
  abstract inspect(name: string): Promise<ContainerInfo | undefined>;
  abstract list(): Promise<ContainerInfo[]>;
  /** The last lines it wrote, newest last. */
  abstract logs(name: string): Promise<string[]>;
  abstract stats(name: string): Promise<ContainerStats>;
  /** @returns a function that ends the subscription. */
  abstract onEvent(listener: (event: ContainerEvent) => void): () => void;
  /** Stops everything it started. */
  abstract close(): Promise<void>;

  /** Cheap: what is known, without asking. */
  health(): EngineHealth {
    return { reachable: true };
  }
}
