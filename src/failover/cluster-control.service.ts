import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine } from '../containers/container-engine';
import { CoreRegistry } from '../core-registry/core-registry';
import type { CoreCondition, Hold } from '../core-registry/core.types';
import { CLUSTER } from '../core-registry/holds';
import { requireOurs } from './own-core';
import { Promoter } from './promoter';
import { DRAIN_MS } from './switchover';
import { SwitchoverService } from './switchover.service';

/** The longest pause and the longest maintenance: whoever forgets one is not left without help for ever. */
export const LONGEST_HOLD_MS = 7 * 86_400_000;
const STOP_GRACE_MS = 10_000;

/** Who wants it, and why. */
export interface Order {
  by: string;
  reason?: string;
}

/** What administrators lay down: pauses, maintenance, cores that get no new work, cores that are stopped. */
@Injectable()
export class ClusterControl {
  private readonly logger = new Logger(ClusterControl.name);

  constructor(
    private readonly registry: CoreRegistry,
    private readonly switchovers: SwitchoverService,
    private readonly promoter: Promoter,
    private readonly engine: ContainerEngine,
  ) {}

  /** Nothing is switched or repaired by itself for that long. A second pause replaces the first. */
  pause(forMs: number, order: Order): Promise<Hold> {
    return this.promoter.inTurn(() => this.registry.holds.set(CLUSTER, 'paused', { ...full(order), forMs }));
  }

  /** Ends a pause, and the brake after too many switches. @returns false where there was neither. */
  async resume(order: Order): Promise<boolean> {
    const { by, reason } = full(order);
    const paused = await this.registry.holds.lift(CLUSTER, 'paused', by, reason);
    if (!this.registry.holds.has(CLUSTER, 'pinned')) return paused;
    // First the count, or the review that hears of the end would put the brake on again.
    this.promoter.damping.forgive();
    return (await this.registry.holds.lift(CLUSTER, 'pinned', by, reason)) || paused;
  }

  /**
   * The core gets no work and is left alone. Where it is the active one another takes over first.
   *
   * @throws RdzenError CORE_NOT_FOUND, NO_STAND_IN, OPERATION_RUNNING, OPERATION_OVER
   */
  beginMaintenance(id: number, forMs: number, order: Order): Promise<Hold> {
    return this.spare(id, 'maintenance', order, { forMs });
  }

  /** @returns false where it was in none. @throws RdzenError CORE_NOT_FOUND */
  endMaintenance(id: number, order: Order): Promise<boolean> {
    return this.lift(id, 'maintenance', order);
  }

  /**
   * No new work goes there while another core can answer. Where it is the active one another takes over first.
   *
   * @throws RdzenError CORE_NOT_FOUND, NO_STAND_IN, OPERATION_RUNNING, OPERATION_OVER
   */
  drain(id: number, order: Order, drainMs?: number): Promise<Hold> {
    return this.spare(id, 'draining', order, { drainMs });
  }

  /** @returns false where it was not held back. @throws RdzenError CORE_NOT_FOUND */
  undrain(id: number, order: Order): Promise<boolean> {
    return this.lift(id, 'draining', order);
  }

  /**
   * Ends the core's process until {@link start}, over restarts of Rdzen as well: once the answers being written there are
   * finished, or have moved. Where it is the active one another takes over first.
   *
   * @throws RdzenError CORE_NOT_FOUND, CORE_NOT_OURS, NO_STAND_IN, OPERATION_RUNNING, OPERATION_OVER
   */
  async stop(id: number, order: Order, drainMs = DRAIN_MS): Promise<Hold> {
    const { container } = requireOurs(this.registry.get(id));
    // First the word, then the deed: a crash in between must not have it started again.
    const hold = await this.spare(id, 'stopped', order, { drainMs });
    await this.switchovers.drain.of(id, drainMs);
    // Somebody may have wanted it back meanwhile.
    if (this.registry.holds.of(id).get('stopped') !== hold) return hold;
    this.logger.warn(`Core ${id} is stopped, by ${order.by}`);
    await this.engine.stop(container, STOP_GRACE_MS);
    return hold;
  }

  /**
   * Ends a stop, and runs the process again. One that runs is left as it is.
   *
   * @returns false where it was not held. @throws RdzenError CORE_NOT_FOUND, CORE_NOT_OURS
   */
  async start(id: number, order: Order): Promise<boolean> {
    const held = this.registry.get(id).conditions.has('stopped');
    // Stopped as a core of ours, and configured as somebody else's since: only the word is left to be taken back.
    if (held && this.registry.get(id).container === undefined) return this.lift(id, 'stopped', order);
    const { container } = requireOurs(this.registry.get(id));
    if (held) await this.lift(id, 'stopped', order);
    const info = await this.engine.inspect(container);
    if (info?.state === 'stopped' || info?.state === 'exited') await this.engine.restart(container, 0);
    return held;
  }

  private spare(
    id: number,
    kind: 'maintenance' | 'draining' | 'stopped',
    order: Order,
    { forMs, drainMs }: { forMs?: number; drainMs?: number },
  ): Promise<Hold> {
    const { by, reason } = full(order);
    const wish = { by, reason: order.reason?.trim() || CAUSES[kind], drainMs };
    return this.switchovers.takeOut(id, wish, () => this.registry.holds.set(id, kind, { by, reason, forMs }));
  }

  private async lift(id: number, kind: CoreCondition, order: Order): Promise<boolean> {
    const { by, reason } = full(order);
    return this.registry.holds.lift(this.registry.get(id).id, kind, by, reason);
  }
}

/** Why the active core was left, where the one who wanted it gave no reason. */
const CAUSES = { maintenance: 'maintenance', draining: 'no new work wanted there', stopped: 'stopped' };

function full({ by, reason }: Order): Required<Order> {
  return { by, reason: reason?.trim() || 'asked for' };
}
