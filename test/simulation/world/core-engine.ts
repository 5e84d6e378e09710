import {
  ContainerEngine,
  type ContainerEvent,
  type ContainerInfo,
} from '../../../src/containers/container-engine';
import type { Clock } from '../../../src/shared/clock';

/** The engine that runs the cores, as one gateway process sees it: it tells of deaths and starts a moment later. */
export class CoreEngine extends ContainerEngine {
  private readonly listeners = new Set<(event: ContainerEvent) => void>();

  constructor(
    private readonly clock: Clock,
    /** Of the cores whose process runs now, their pids. */
    private readonly running: ReadonlyMap<string, number>,
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
    const pid = this.running.get(name);
    const rest = { name, image: 'core', restarts: 0, deathsLastMinute: 0, labels: {} };
    return pid === undefined ? { ...rest, state: 'waiting-to-restart' } : { ...rest, state: 'running', pid };
  }

  async close(): Promise<void> {
    this.listeners.clear();
  }

  start = notPlayed;
  stop = notPlayed;
  restart = notPlayed;
  signal = notPlayed;
  list = notPlayed;
  logs = notPlayed;
}

function notPlayed(): Promise<never> {
  return Promise.reject(new Error('The simulation does not play this part of the engine'));
}
