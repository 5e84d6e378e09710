import { Injectable, Logger } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Transition } from '../core-registry/core.types';
import { EventBus } from '../events/event-bus';
import { RdzenError } from '../shared/rdzen-error';
import { Clock, type Timer } from '../shared/clock';
import { decideFailover, isAwaited } from './failover-policy';
import { FailoverNotices } from './failover-notices';

const REVIEW_MS = 1_000;
/** Shorter than this it is a gap between two cores, not a blackout. */
const BLACKOUT_NOTICE_MS = 3_000;

/**
 * Decides which core is active. A promotion is one local transaction and calls no core and no engine, so nothing that
 * hangs can delay it.
 */
@Injectable()
export class FailoverService {
  private readonly logger = new Logger(FailoverService.name);
  private timer?: Timer;
  private working: Promise<unknown> = Promise.resolve();
  private startedAt = 0;
  private awaitedSince?: number;
  private blackoutSince?: number;
  /** Places that were told of the blackout that goes on. */
  private readonly told = new Set<string>();
  private readonly unsubscribe: (() => void)[] = [];
  private stopped = true;

  constructor(
    private readonly registry: CoreRegistry,
    private readonly notices: FailoverNotices,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  start(): void {
    this.stopped = false;
    this.startedAt = this.clock.monotonic();
    this.unsubscribe.push(this.bus.on('core.state-changed', () => this.review()));
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    for (const end of this.unsubscribe.splice(0)) end();
    await this.working;
  }

  /**
   * A switchover somebody asked for. New work goes to the core as soon as this resolves; answers under way finish
   * where they are.
   *
   * @param by `api:<key id>` or `chat:<user id>`
   * @returns undefined where the core is active already.
   * @throws RdzenError CORE_NOT_FOUND, CORE_NOT_READY
   */
  switchTo(id: number, by: string): Promise<Transition | undefined> {
    return this.inTurn(async () => {
      const target = this.registry.get(id);
      if (target.role === 'active') return undefined;
      if (target.state !== 'ready') {
        throw new RdzenError(
          'CORE_NOT_READY',
          `Core ${id} is ${target.state} (${target.reason}), so it cannot take over. Wait until /status says "ready" and try again.`,
        );
      }
      return this.promote(id, { cause: 'asked for', evidence: `${target.reason}`, by });
    });
  }

  private review(): void {
    void this.inTurn(async () => {
      if (this.stopped) return;
      const decision = decideFailover(this.registry.all(), this.elapsed());
      if (decision) await this.promote(decision.to, { ...decision, by: 'automatic' });
      await this.watchBlackout();
    }).catch((error: unknown) => this.logger.error(`The review of the cores failed: ${String(error)}`));
  }

  private elapsed(): { runningMs: number; awaitingMs: number } {
    const now = this.clock.monotonic();
    this.awaitedSince = isAwaited(this.registry.active) ? (this.awaitedSince ?? now) : undefined;
    return { runningMs: now - this.startedAt, awaitingMs: now - (this.awaitedSince ?? now) };
  }

  private async promote(
    to: number,
    why: { cause: string; evidence: string; by: string },
  ): Promise<Transition> {
    const { cause, evidence, by } = why;
    const transition = await this.registry.promote(to, { cause, evidence, by }, (tx, made) =>
      this.notices.writeSwitch(made, tx),
    );
    this.notices.announce();
    this.logger.warn(
      `Epoch ${transition.epoch}: core ${transition.from} -> core ${transition.to}; ${cause} (${evidence}); by ${by}`,
    );
    return transition;
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
      this.review();
      if (!this.stopped) this.schedule();
    });
  }

  /** One decision at a time, in the order they were asked for. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.working.then(work);
    this.working = result.catch(() => undefined);
    return result;
  }
}
