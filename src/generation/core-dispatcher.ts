import { Injectable } from '@nestjs/common';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core } from '../core-registry/core.types';
import { rankCandidates } from '../core-registry/rank-candidates';
import { EventBus } from '../events/event-bus';

export interface CoreLease {
  core: Core;
  release(): void;
}

interface Waiter {
  avoid: ReadonlySet<number>;
  /** Its answer was broken off and people look at half of it: it goes before those who have not begun. */
  resuming: boolean;
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
  private readonly leases = new Set<CoreLease>();

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

  /**
   * @param avoid cores that just failed this question
   * @param resuming an attempt at the answer was broken off. Rejects with the signal's reason when it aborts.
   */
  acquire(avoid: ReadonlySet<number>, signal: AbortSignal, resuming = false): Promise<CoreLease> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        this.waiters.delete(waiter);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const waiter: Waiter = {
        avoid,
        resuming,
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
    for (const waiter of inOrder) {
      const core = rankCandidates(this.registry.all(), waiter.avoid)[0];
      if (!core || core.inFlight + (waiter.resuming ? 0 : this.displaced()) >= this.registry.slotsOf(core))
        continue;
      this.waiters.delete(waiter);
      waiter.grant(this.lease(core));
    }
  }

  /** Answers whose core is down: they are about to ask for another one, and their slot is kept for them. */
  private displaced(): number {
    return [...this.leases].filter(({ core }) => core.state === 'down').length;
  }

  private lease(core: Core): CoreLease {
    const free = this.registry.occupy(core.id);
    const lease: CoreLease = {
      core,
      release: () => {
        this.leases.delete(lease);
        free();
      },
    };
    this.leases.add(lease);
    return lease;
  }
}
