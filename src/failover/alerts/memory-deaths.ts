import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine, type ContainerEvent } from '../../containers/container-engine';
import { CoreRegistry } from '../../core-registry/core-registry';
import { FailoverNotices } from '../failover-notices';

const HOUR_MS = 3_600_000;

/** Tells the administrators of cores that are ended for the memory they take, hourly at most each. */
@Injectable()
export class MemoryDeaths {
  private readonly logger = new Logger(MemoryDeaths.name);
  private unsubscribe?: () => void;

  constructor(
    private readonly registry: CoreRegistry,
    private readonly engine: ContainerEngine,
    private readonly notices: FailoverNotices,
  ) {}

  start(): void {
    this.unsubscribe = this.engine.onEvent((event) => {
      void this.hear(event).catch((error: unknown) =>
        this.logger.error(`An alert could not be written: ${String(error)}`),
      );
    });
  }

  stop(): void {
    this.unsubscribe?.();
  }

  /** Both are told of one death: that a process was ended, of which the container itself may die or not. */
  private async hear(event: ContainerEvent): Promise<void> {
    if (event.type !== 'oom' && !(event.type === 'died' && event.oom)) return;
    const core = this.registry.all().find(({ container }) => container === event.name);
    if (!core) return;
    await this.notices.writeAlert(`out-of-memory:${core.id}:${Math.floor(event.at / HOUR_MS)}`, (text) =>
      text.coreOutOfMemory({ core: core.id }),
    );
  }
}
