import { Injectable, Logger } from '@nestjs/common';
import { CoreHistory } from '../core-registry/core-history';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import { CLUSTER } from '../core-registry/holds';
import { EventBus } from '../events/event-bus';
import { Clock, type Timer } from '../shared/clock';
import { decideFailover, isAwaited, MOST_SWITCHES, type FailoverDecision } from './failover-policy';
import { FailoverNotices } from './failover-notices';
import { Promoter } from './promoter';

const REVIEW_MS = 1_000;
/** Shorter than this it is a gap between two cores, not a blackout. */
const BLACKOUT_NOTICE_MS = 3_000;

/** Looks at the cores at each change and every second, and leaves the active one where it has to be left. */
@Injectable()
export class FailoverService {
  private readonly logger = new Logger(FailoverService.name);
  private timer?: Timer;
  private startedAt = 0;
  private awaitedSince?: number;
  private blackoutSince?: number;
  /** Places that were told of the blackout that goes on. */
  private readonly told = new Set<string>();
  private readonly unsubscribe: (() => void)[] = [];
  private stopped = true;

  constructor(
    private readonly registry: CoreRegistry,
    private readonly promoter: Promoter,
    private readonly notices: FailoverNotices,
    private readonly history: CoreHistory,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  async start(): Promise<void> {
    this.stopped = false;
    this.startedAt = this.clock.monotonic();
    await this.promoter.restore(this.history);
    const review = (): void => this.review();
    this.unsubscribe.push(this.bus.on('core.state-changed', review), this.bus.on('hold.lifted', review));
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    for (const end of this.unsubscribe.splice(0)) end();
    await this.promoter.idle;
  }

  private review(): void {
    void this.promoter
      .inTurn(async () => {
        if (this.stopped) return;
        const decision = this.decide();
        if (decision?.kind === 'switch') await this.promoter.failOver(decision.to, decision);
        else if (decision) await this.pin(decision);
        await this.watchBlackout();
      })
      .catch((error: unknown) => this.logger.error(`The review of the cores failed: ${String(error)}`));
  }

  private decide(): FailoverDecision | undefined {
    const now = this.clock.monotonic();
    this.awaitedSince = isAwaited(this.registry.active) ? (this.awaitedSince ?? now) : undefined;
    return decideFailover(this.registry.all(), {
      runningMs: now - this.startedAt,
      awaitingMs: now - (this.awaitedSince ?? now),
      switches: this.promoter.damping.switches(now),
      cluster: this.registry.cluster,
    });
  }

  /** Common causes are not cured by moving on: the active core keeps its name, and whatever core can answer answers. */
  private async pin({ cause }: FailoverDecision): Promise<void> {
    const now = this.clock.monotonic();
    const core = this.registry.active.id;
    const reason = `${MOST_SWITCHES} automatic switches within ten minutes; ${cause}`;
    this.logger.error(`No further switch by itself for a while: ${reason}`);
    await this.registry.holds.set(CLUSTER, 'pinned', {
      by: 'automatic',
      reason,
      forMs: Math.max(REVIEW_MS, this.promoter.damping.easesAt(now) - now),
    });
    await this.notices.writeAlert(`pinned:${this.registry.epoch}`, (text) => text.pinned({ core }));
  }

  private async watchBlackout(): Promise<void> {
    const usable = this.registry.pick();
    if (usable) {
      if (this.blackoutSince !== undefined) this.logger.log(`Core ${usable.id} can answer again`);
      this.blackoutSince = undefined;
      this.told.clear();
      return;
    }
    const now = this.clock.monotonic();
    this.blackoutSince ??= now;
    if (now - this.blackoutSince >= BLACKOUT_NOTICE_MS) await this.notices.writeBlackout(this.told);
  }

  private schedule(): void {
    this.timer = this.clock.after(REVIEW_MS, () => {
      this.registry.holds
        .expire()
        .catch((error: unknown) => this.logger.warn(`What is over could not be noted: ${String(error)}`));
      this.review();
      if (!this.stopped) this.schedule();
    });
  }
}
