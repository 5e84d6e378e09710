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
  grant(lease: CoreLease): void;
}

/**
 * Gives out the slots of the best core, first come, first served. While the best core is busy people wait for it
 * rather than spill to the standby, which may share its processors; while no core is fit they wait for one to recover.
 */
@Injectable()
export class CoreDispatcher {
  private readonly waiters = new Set<Waiter>();

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

  /** @param avoid cores that just failed this question. Rejects with the signal's reason when it aborts. */
  acquire(avoid: ReadonlySet<number>, signal: AbortSignal): Promise<CoreLease> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        this.waiters.delete(waiter);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const waiter: Waiter = {
        avoid,
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
    for (const waiter of this.waiters) {
      const core = rankCandidates(this.registry.all(), waiter.avoid)[0];
      if (!core || core.inFlight >= core.slots) continue;
      this.waiters.delete(waiter);
      waiter.grant({ core, release: this.registry.occupy(core.id) });
    }
  }
}
