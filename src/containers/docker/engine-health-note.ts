import { Logger } from '@nestjs/common';
import type { Clock } from '../../shared/clock';
import type { EngineHealth } from '../container-engine';

/** Whether the engine can be reached, as it was last seen; said once when it is lost and once when it is back. */
export class EngineHealthNote {
  private readonly logger = new Logger('Docker');
  private state: EngineHealth = { reachable: true };
  /** Of the machine the engine runs on. */
  processors?: number;

  constructor(private readonly clock: Clock) {}

  get now(): EngineHealth {
    const { processors } = this;
    return this.state.reachable && processors !== undefined ? { ...this.state, processors } : this.state;
  }

  note(problem: string | undefined, version?: string): void {
    const was = this.state;
    if (problem === undefined) {
      this.state = { reachable: true, version };
      if (!was.reachable) this.logger.log(`Docker ${version ?? ''} is reached again.`);
      return;
    }
    const since = was.reachable ? this.clock.now() : was.since;
    this.state = { reachable: false, since, problem };
    if (was.reachable)
      this.logger.warn(`${problem} Rdzen goes on: it answers and switches, and repairs nothing until then.`);
  }
}
