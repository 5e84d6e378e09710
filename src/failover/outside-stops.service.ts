import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine, type ContainerEvent } from '../containers/container-engine';
import { CoreRegistry } from '../core-registry/core-registry';
import { isOurs } from './own-core';

/** Whose word it is, where somebody used the engine's own tools. */
const BY_ENGINE = 'engine';

/**
 * An administrator who stops a core with the engine's own tools (`docker stop`) wants it stopped, as one who says so to
 * us does: it is not repaired until somebody starts it again, over restarts of Rdzen as well.
 */
@Injectable()
export class OutsideStops {
  private readonly logger = new Logger(OutsideStops.name);
  private unsubscribe?: () => void;

  constructor(
    private readonly registry: CoreRegistry,
    private readonly engine: ContainerEngine,
  ) {}

  /** What was started while we were away is taken back first. */
  async start(): Promise<void> {
    this.unsubscribe = this.engine.onEvent((event) => {
      void this.hear(event).catch((error: unknown) => this.logger.error(String(error)));
    });
    for (const core of this.registry.all()) {
      if (!isOurs(core) || core.conditions.get('stopped')?.by !== BY_ENGINE) continue;
      const info = await this.engine.inspect(core.container).catch(() => undefined);
      if (info?.state === 'running') await this.takeBack(core.id);
    }
  }

  stop(): void {
    this.unsubscribe?.();
  }

  private async hear(event: ContainerEvent): Promise<void> {
    const core = this.registry.all().find(({ container }) => container === event.name);
    if (!core) return;
    const held = core.conditions.get('stopped');
    if (event.type === 'stopped' && event.outside && !held) {
      this.logger.warn(
        `Core ${core.id} was stopped with the engine's own tools; it stays stopped until it is started again`,
      );
      await this.registry.holds.set(core.id, 'stopped', {
        by: BY_ENGINE,
        reason:
          'stopped outside Rdzen (docker stop); docker start, or POST /api/v1/cores/{id}/start, ends that',
      });
    } else if (event.type === 'started' && held?.by === BY_ENGINE) await this.takeBack(core.id);
  }

  private async takeBack(id: number): Promise<void> {
    await this.registry.holds.lift(id, 'stopped', BY_ENGINE, 'it was started again');
  }
}
