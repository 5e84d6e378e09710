import { Injectable } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';
import { EventBus } from '../events/event-bus';

export interface CoreLease {
  core: Core;
  /** At some time another answer was written there as well. */
  shared: boolean;
  release(): void;
}

export interface Wish {
  /** Cores that just failed this question. */
  avoid?: ReadonlySet<number>;
  /** Its answer was broken off and people look at half of it: it goes before those who have not begun. */
  resuming?: boolean;
  /** Nobody else may be answered there meanwhile; any other core that is ready and idle will do. */
  alone?: boolean;
}

interface Waiter extends Required<Wish> {
  grant(lease: CoreLease): void;
}

/**
 * Gives out the slots of the best core: first to answers that were broken off, then first come, first served. While the
 * best core is busy people wait for it rather than spill to the standby, which may share its processors; while no core is
 * fit they wait for one to recover.
 */
@Injectable()
export class CoreDispatcher {
  private readonly waiters = new Set<Waiter>();
  private readonly leases = new Set<CoreLease & { alone: boolean }>();

  constructor(
    private readonly registry: CoreRegistry,
    bus: EventBus,
  ) {
    const pump = (): void => this.pump();
    bus.on('core.state-changed', pump);
    bus.on('core.promoted', pump);
    bus.on('core.updated', pump);
  }

  /** How many wait for a slot. */
  get waiting(): number {
    return this.waiters.size;
  }

  /** Rejects with the signal's reason when it aborts. */
  acquire(
    signal: AbortSignal,
    { avoid = new Set(), resuming = false, alone = false }: Wish = {},
  ): Promise<CoreLease> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        this.waiters.delete(waiter);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const waiter: Waiter = {
        avoid,
        resuming,
        alone,
        grant: (lease) => {
          signal.removeEventListener('abort', onAbort);
          resolve(lease);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiters.add(waiter);
      this.pump();
    });
  }

  private pump(): void {
    const inOrder = [...this.waiters].sort((a, b) => Number(b.resuming) - Number(a.resuming));
    /** Cores that are left to run empty for somebody who has to be alone there. */
    const kept = new Set<number>();
    for (const waiter of inOrder) {
      const core = this.choose(waiter);
      if (!core || kept.has(core.id)) continue;
      if (this.hasRoom(core, waiter)) {
        this.waiters.delete(waiter);
        waiter.grant(this.lease(core, waiter.alone));
      } else if (waiter.alone) kept.add(core.id);
    }
  }

  private choose({ avoid, alone }: Waiter): Core | undefined {
    const ranked = rankCandidates(this.registry.all(), avoid);
    const fits = ({ id, state, inFlight }: Core): boolean =>
      state === 'ready' && inFlight === 0 && !avoid.has(id);
    const idle = alone && ranked.find(fits);
    return idle || ranked[0];
  }

  private hasRoom(core: Core, { resuming, alone }: Waiter): boolean {
    const taken = core.inFlight + (resuming ? 0 : this.displaced());
    if (alone) return taken === 0;
    return taken < this.registry.slotsOf(core) && !this.on(core).some((lease) => lease.alone);
  }

  private on(core: Core): (CoreLease & { alone: boolean })[] {
    return [...this.leases].filter((lease) => lease.core === core);
  }

  /** Answers whose core is down: they are about to ask for another one, and their slot is kept for them. */
  private displaced(): number {
    return [...this.leases].filter(({ core }) => core.state === 'down').length;
  }

  private lease(core: Core, alone: boolean): CoreLease {
    const free = this.registry.occupy(core.id);
    const others = this.on(core);
    for (const other of others) other.shared = true;
    const lease = {
      core,
      alone,
      shared: others.length > 0,
      release: () => {
        this.leases.delete(lease);
        free();
      },
    };
    this.leases.add(lease);
    return lease;
  }
}
