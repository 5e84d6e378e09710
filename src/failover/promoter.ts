import { Injectable, Logger } from '@nestjs/common';
import type { CoreHistory } from '../core-registry/core-history';
import { CoreRegistry } from '../core-registry/core-registry';
import type { Transition } from '../core-registry/core.types';
import { CLUSTER } from '../core-registry/holds';
import { Clock } from '../shared/clock';
import { Damping } from './damping';
import { FailoverNotices } from './failover-notices';

export type Why = Pick<Transition, 'cause' | 'evidence' | 'by'>;

/**
 * Makes cores active, one decision at a time in the order they were asked for. A promotion is one local transaction and
 * calls no core and no engine, so nothing that hangs can delay it.
 */
@Injectable()
export class Promoter {
  readonly damping = new Damping();
  private readonly logger = new Logger(Promoter.name);
  private working: Promise<unknown> = Promise.resolve();
  private lastSwitchAt = -Infinity;

  constructor(
    private readonly registry: CoreRegistry,
    private readonly notices: FailoverNotices,
    private readonly clock: Clock,
  ) {}

  /** Resolves when everything asked for so far is done. */
  get idle(): Promise<unknown> {
    return this.working;
  }

  /** Since the last switch of any kind, in this process. */
  get dwellMs(): number {
    return this.clock.monotonic() - this.lastSwitchAt;
  }

  /** Takes up what an earlier run of the process remembers. */
  async restore(history: CoreHistory): Promise<void> {
    const now = this.clock.now();
    const monotonic = this.clock.monotonic();
    for (const { by, from, at } of (await history.switches(50)).reverse())
      if (by === 'automatic' && at <= now) this.damping.left(from, monotonic - (now - at));
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.working.then(work);
    this.working = result.catch(() => undefined);
    return result;
  }

  /** Away from a core that failed: held down from then on, and counted by the brake. Call in turn. */
  async failOver(to: number, why: Omit<Why, 'by'>): Promise<Transition> {
    const left = this.registry.active;
    const now = this.clock.monotonic();
    const verdictAt = left.changedAt;
    const transition = await this.promote(to, {
      ...why,
      by: 'automatic',
      detectedMs: Math.round(Math.max(0, verdictAt - (left.troubleSince ?? verdictAt))),
      switchedMs: Math.round(Math.max(0, now - verdictAt)),
    });
    this.damping.left(left.id, now);
    await this.note(
      this.registry.holds.set(left.id, 'quarantined', {
        by: 'automatic',
        reason: `it was left: ${why.evidence}`,
        forMs: this.damping.holdDownMs(left.id, now, left.wasReadyMs),
      }),
    );
    return transition;
  }

  /** Because somebody wants it; also ends a brake that was on. Call in turn. */
  async move(to: number, why: Why): Promise<Transition> {
    const transition = await this.promote(to, why);
    if (why.by.includes(':') && !why.by.startsWith('rdzen:')) {
      this.damping.forgive();
      await this.note(this.registry.holds.lift(CLUSTER, 'pinned', why.by, 'a core was made active by hand'));
    }
    return transition;
  }

  private async promote(
    to: number,
    why: Why & Pick<Transition, 'detectedMs' | 'switchedMs'>,
  ): Promise<Transition> {
    const transition = await this.registry.promote(to, why, (tx, made) => this.notices.writeSwitch(made, tx));
    this.lastSwitchAt = this.clock.monotonic();
    this.notices.announce();
    const { epoch, from, cause, evidence, by } = transition;
    this.logger.warn(`Epoch ${epoch}: core ${from} -> core ${to}; ${cause} (${evidence}); by ${by}`);
    await this.note(this.registry.holds.lift(to, 'quarantined', by, 'it is the active core'));
    return transition;
  }

  /** The switch is made: a disk that refuses what goes with it must not make it look as if it had failed. */
  private async note(written: Promise<unknown>): Promise<void> {
    await written.catch((error: unknown) =>
      this.logger.warn(`What goes with the switch is in force, but not on disk: ${String(error)}`),
    );
  }
}
