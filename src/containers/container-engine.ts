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

export type ContainerState = 'running' | 'waiting-to-restart' | 'exited' | 'stopped';

export interface ContainerInfo {
  name: string;
  image: string;
  state: ContainerState;
  pid?: number;
  /** Epoch milliseconds of the latest start. */
  startedAt?: number;
  exitCode?: number;
  signal?: string;
  /** Times it was started again by itself since `start`. */
  restarts: number;
  /** Deaths of its own in the last 60 s; at three the repair ladder takes over. */
  deathsLastMinute: number;
  labels: Record<string, string>;
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
  | { type: 'stopped'; name: string; at: number };

/**
 * Runs programs beside the gateway. Adapters: processes (embedded profile), Docker. Every container is its own process
 * group or container, so ending one ends all it started. Nothing it runs outlives the gateway by more than 5 s,
 * even a SIGKILLed one. Errors: Error with a message that names the container, the cause and the remedy.
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
  /** stop + start with the same spec; `graceMs: 0` for a hung one. */
  abstract restart(name: string, graceMs?: number): Promise<ContainerInfo>;
  /**
   * Away with it, whatever state it is in, and made anew from its spec.
   *
   * @param image in place of the spec's, from now on
   */
  abstract recreate(name: string, image?: string): Promise<ContainerInfo>;
  /** A signal to the container's main process, as `kill -SIGNAL pid`. The restart policy stays in force. */
  abstract signal(name: string, signal: NodeJS.Signals): Promise<void>;
  abstract inspect(name: string): Promise<ContainerInfo | undefined>;
  abstract list(): Promise<ContainerInfo[]>;
  /** The last lines it wrote, newest last. */
  abstract logs(name: string): Promise<string[]>;
  /** @returns a function that ends the subscription. */
  abstract onEvent(listener: (event: ContainerEvent) => void): () => void;
  /** Stops everything it started. */
  abstract close(): Promise<void>;
}
