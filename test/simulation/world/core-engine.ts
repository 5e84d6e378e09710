import {
  ContainerEngine,
  type ContainerEvent,
  type ContainerInfo,
} from '../../../src/containers/container-engine';
import type { Clock } from '../../../src/shared/clock';
import { RdzenError } from '../../../src/shared/rdzen-error';

/** The machine the cores run on; it outlives the gateway. */
export interface CoreMachine {
  /** Of the cores whose process runs now, their pids. */
  readonly running: ReadonlyMap<string, number>;
  /** Whether there is such a container. */
  has(name: string): boolean;
  /** Deaths of its own within the last minute. */
  deathsLastMinute(name: string): number;
  /** Ends its process, whatever state it is in, and starts it anew. Resolves when it runs. */
  restart(name: string): Promise<void>;
}

/** The engine that runs the cores, as one gateway process sees it: it tells of deaths and starts a moment later. */
export class CoreEngine extends ContainerEngine {
  private readonly listeners = new Set<(event: ContainerEvent) => void>();

  constructor(
    private readonly clock: Clock,
    private readonly machine: CoreMachine,
  ) {
    super();
  }

  /** Something happened to a core's process. */
  tell(event: ContainerEvent): void {
    this.clock.after(25, () => {
      for (const listener of [...this.listeners]) listener(event);
    });
  }

  onEvent(listener: (event: ContainerEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async inspect(name: string): Promise<ContainerInfo | undefined> {
    if (!this.machine.has(name)) return undefined;
    const pid = this.machine.running.get(name);
    const deathsLastMinute = this.machine.deathsLastMinute(name);
    const rest = { name, image: 'core', restarts: 0, deathsLastMinute, labels: {} };
    return pid === undefined ? { ...rest, state: 'waiting-to-restart' } : { ...rest, state: 'running', pid };
  }

  async restart(name: string): Promise<ContainerInfo> {
    if (!this.machine.has(name))
      throw new RdzenError('ENGINE_OBJECT_NOT_FOUND', `No such container: ${name}`);
    await this.machine.restart(name);
    return (
      (await this.inspect(name)) ?? {
        name,
        image: 'core',
        state: 'running',
        restarts: 0,
        deathsLastMinute: 0,
        labels: {},
      }
    );
  }

  recreate(name: string): Promise<ContainerInfo> {
    return this.restart(name);
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }

  start = notPlayed;
  create = notPlayed;
  stop = notPlayed;
  signal = notPlayed;
  list = notPlayed;
  logs = notPlayed;
  pause = notPlayed;
  resume = notPlayed;
  stats = notPlayed;
}

function notPlayed(): Promise<never> {
  return Promise.reject(new Error('The simulation does not play this part of the engine'));
}
