import type { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { EventBus } from '../events/event-bus';
import type { Clock } from '../shared/clock';

const LOOK_MS = 50;

/** Lets answers be finished where they are being written, and moves on what takes too long. */
export class AnswerDrain {
  constructor(
    private readonly registry: CoreRegistry,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves once nothing is written there any more, or the rest was told to move.
   *
   * @returns how many answers were moved. Rejects with the signal's reason when it aborts; then none was.
   */
  async of(coreId: number, withinMs: number, signal?: AbortSignal): Promise<number> {
    const core = this.registry.get(coreId);
    const until = this.clock.monotonic() + withinMs;
    while (core.inFlight > 0 && this.clock.monotonic() < until) await this.clock.sleep(LOOK_MS, signal);
    signal?.throwIfAborted();
    const moved = core.inFlight;
    if (moved > 0)
      this.bus.emit('core.evicted', {
        coreId,
        reason: `core ${coreId} was left, and its time to finish is over`,
      });
    return moved;
  }
}
