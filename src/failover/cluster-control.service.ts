import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine } from '../containers/container-engine';
import { CoreRegistry } from '../core-registry/core-registry';
import type { Hold } from '../core-registry/core.types';
import { CLUSTER } from '../core-registry/holds';
import { requireOurs } from './own-core';
import { SwitchoverService } from './switchover.service';

/** The longest pause and the longest maintenance: whoever forgets one is not left without help for ever. */
export const LONGEST_HOLD_MS = 7 * 86_400_000;
const STOP_GRACE_MS = 10_000;

interface Order {
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
    private readonly engine: ContainerEngine,
  ) {}

  /** Nothing is switched or repaired by itself for that long. A second pause replaces the first. */
  pause(forMs: number, { by, reason = 'asked for' }: Order): Promise<Hold> {
    return this.registry.holds.set(CLUSTER, 'paused', { by, reason, forMs });
  }

  /** Ends a pause, and the brake after too many switches. @returns false where there was neither. */
  async resume({ by, reason = 'asked for' }: Order): Promise<boolean> {
    const paused = await this.registry.holds.lift(CLUSTER, 'paused', by, reason);
    const pinned = await this.registry.holds.lift(CLUSTER, 'pinned', by, reason);
    return paused || pinned;
  }

  /**
   * The core gets no work and is left alone. Where it is the active one another takes over first.
   *
   * @throws RdzenError CORE_NOT_FOUND, NO_STAND_IN, OPERATION_RUNNING
   */
  async beginMaintenance(id: number, forMs: number, { by, reason = 'asked for' }: Order): Promise<Hold> {
    await this.leave(id, by);
    return this.registry.holds.set(id, 'maintenance', { by, reason, forMs });
  }

  /** @returns false where it was in none. @throws RdzenError CORE_NOT_FOUND */
  endMaintenance(id: number, { by, reason = 'asked for' }: Order): Promise<boolean> {
    return this.registry.holds.lift(this.registry.get(id).id, 'maintenance', by, reason);
  }

  /**
   * No new work goes there while another core can answer. Where it is the active one another takes over first.
   *
   * @throws RdzenError CORE_NOT_FOUND, NO_STAND_IN, OPERATION_RUNNING
   */
  async drain(id: number, { by, reason = 'asked for' }: Order, drainMs?: number): Promise<Hold> {
    await this.leave(id, by, drainMs);
    return this.registry.holds.set(id, 'draining', { by, reason });
  }

  /** @returns false where it was not held back. @throws RdzenError CORE_NOT_FOUND */
  undrain(id: number, { by, reason = 'asked for' }: Order): Promise<boolean> {
    return this.registry.holds.lift(this.registry.get(id).id, 'draining', by, reason);
  }

  /**
   * Ends the core's process until {@link start}, over restarts of Rdzen as well. Where it is the active one another takes
   * over first.
   *
   * @throws RdzenError CORE_NOT_FOUND, CORE_NOT_OURS, NO_STAND_IN, OPERATION_RUNNING
   */
  async stop(id: number, { by, reason = 'asked for' }: Order): Promise<Hold> {
    const { container } = requireOurs(this.registry.get(id));
    await this.leave(id, by);
    // First the word, then the deed: a crash in between must not have it started again.
    const hold = await this.registry.holds.set(id, 'stopped', { by, reason });
    this.logger.warn(`Core ${id} is stopped, by ${by}`);
    await this.engine.stop(container, STOP_GRACE_MS);
    return hold;
  }

  /** @throws RdzenError CORE_NOT_FOUND, CORE_NOT_OURS */
  async start(id: number, { by, reason = 'asked for' }: Order): Promise<boolean> {
    const { container } = requireOurs(this.registry.get(id));
    const was = await this.registry.holds.lift(id, 'stopped', by, reason);
    const info = await this.engine.inspect(container);
    if (info?.state === 'stopped' || info?.state === 'exited') await this.engine.restart(container, 0);
    return was;
  }

  private async leave(id: number, by: string, drainMs?: number): Promise<void> {
    if (this.registry.get(id).role !== 'active') return;
    await this.switchovers.switchAway(by, drainMs);
  }
}
