import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine } from '../containers/container-engine';
import { CoreRegistry } from '../core-registry/core-registry';
import { RdzenError } from '../shared/rdzen-error';

/** Kills cores on purpose, so that people can see a failover before they need one. */
@Injectable()
export class CoreDrill {
  private readonly logger = new Logger(CoreDrill.name);

  constructor(
    private readonly registry: CoreRegistry,
    private readonly engine: ContainerEngine,
  ) {}

  /**
   * SIGKILLs the core's process, as a crash would. It is started again by itself.
   *
   * @param by `api:<key id>`
   * @returns the process id that was ended.
   * @throws RdzenError CORE_NOT_FOUND, CORE_NOT_KILLABLE
   */
  async kill(id: number, by: string): Promise<number> {
    const { container, kind } = this.registry.get(id);
    if (container === undefined) {
      throw new RdzenError(
        'CORE_NOT_KILLABLE',
        `Core ${id} is ${kind}: it is not run by Rdzen, which therefore cannot end it. End it where it runs.`,
      );
    }
    const info = await this.engine.inspect(container);
    if (info?.pid === undefined || info.state !== 'running') {
      throw new RdzenError(
        'CORE_NOT_KILLABLE',
        `Core ${id} has no process right now. Wait until /status shows its pid and try again.`,
      );
    }
    this.logger.warn(`Core ${id} (pid ${info.pid}) is killed on purpose, by ${by}`);
    await this.engine.signal(container, 'SIGKILL');
    return info.pid;
  }
}
