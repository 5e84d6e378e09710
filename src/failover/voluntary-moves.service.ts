import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core } from '../core-registry/core.types';
import { EventBus } from '../events/event-bus';
import { Clock, type Timer } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { BY_PREFERENCE, BY_SLOWNESS, FailoverNotices } from './failover-notices';
import { Promoter } from './promoter';
import { SwitchoverService } from './switchover.service';
import { decideVoluntary, type VoluntaryDecision } from './voluntary-policy';

const LOOK_MS = 1_000;
/** A core that could not be measured, because somebody was answered there, is asked again. */
const MEASURE_AGAIN_MS = 10_000;
/** After a move that came to nothing. */
const MOVE_AGAIN_MS = 60_000;

/** Time and events, taken together to keep constructors short. */
@Injectable()
export class VoluntaryPorts {
  constructor(
    readonly bus: EventBus,
    readonly clock: Clock,
  ) {}
}

/** Leaves the active core where nothing forces it but it is better so, by planned switchovers that abort nothing. */
@Injectable()
export class VoluntaryMoves {
  private readonly logger = new Logger(VoluntaryMoves.name);
  private readonly measuredAt = new Map<number, number>();
  private triedAt = -Infinity;
  /** The incident the administrators were told of. */
  private told?: string;
  private timer?: Timer;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly registry: CoreRegistry,
    private readonly switchovers: SwitchoverService,
    private readonly promoter: Promoter,
    private readonly notices: FailoverNotices,
    private readonly settings: Settings,
    private readonly ports: VoluntaryPorts,
  ) {}

  start(): void {
    this.timer = this.ports.clock.after(LOOK_MS, () => {
      this.working = this.working.then(() => this.look());
      this.start();
    });
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.working;
  }

  private async look(): Promise<void> {
    const decision = decideVoluntary(this.registry.all(), {
      now: this.ports.clock.monotonic(),
      dwellMs: this.promoter.dwellMs,
      cluster: this.registry.cluster,
      preferred: this.settings.RDZEN_PREFERRED_CORE,
    });
    try {
      if (decision) await this.act(decision);
    } catch (error) {
      if (error instanceof RdzenError) this.logger.warn(`The active core stays what it is: ${error.message}`);
      else this.logger.error(`A voluntary move failed: ${String(error)}`);
    }
  }

  private async act(decision: VoluntaryDecision): Promise<void> {
    const now = this.ports.clock.monotonic();
    switch (decision.kind) {
      case 'measure':
        if (now - (this.measuredAt.get(decision.core) ?? -Infinity) < MEASURE_AGAIN_MS) return;
        this.measuredAt.set(decision.core, now);
        this.ports.bus.emit('core.pace-wanted', { coreId: decision.core });
        return;
      case 'alert':
        await this.alert(decision.slow, decision.others);
        return;
      case 'move': {
        if (now - this.triedAt < MOVE_AGAIN_MS) return;
        this.triedAt = now;
        const { from, to, why, cause: reason, evidence } = decision;
        const by = why === 'slow' ? BY_SLOWNESS : BY_PREFERENCE;
        await this.switchovers.begin({ from, to, by, reason, evidence });
      }
    }
  }

  /** Once for each time it became slow. */
  private async alert(slow: Core, others: readonly Core[]): Promise<void> {
    const incident = `slow:${slow.id}:${slow.conditions.get('degraded')?.since ?? 0}`;
    if (this.told === incident) return;
    await this.notices.writeAlert(incident, (text) =>
      text.slowEverywhere({
        core: slow.id,
        pace: slow.pace?.tokensPerSecond ?? 0,
        others: others.map(({ id, pace }) => ({ core: id, pace: pace?.tokensPerSecond ?? 0 })),
      }),
    );
    this.told = incident;
    this.logger.warn(`Core ${slow.id} is slow, and no core that is ready is twice as fast`);
  }
}
