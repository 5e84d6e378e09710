import type { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import { rankCandidates } from '../core-registry/rank-candidates';
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
   * Resolves once nothing is written there any more, or its time is over. Then what is left is told to move, unless no
   * other core could take it: to break it off would help nobody.
   *
   * @returns how many answers were moved. Rejects with the signal's reason when it aborts; then none was.
   */
  async of(coreId: number, withinMs: number, signal?: AbortSignal): Promise<number> {
    const core = this.registry.known(coreId);
    const until = this.clock.monotonic() + withinMs;
    while (core.inFlight > 0 && this.clock.monotonic() < until) await this.clock.sleep(LOOK_MS, signal);
    signal?.throwIfAborted();
    const left = core.inFlight;
    const others = this.registry.all().filter(({ id }) => id !== coreId);
    if (left === 0 || rankCandidates(others).length === 0) return 0;
    const reason = `core ${coreId} was left, and its time to finish is over`;
    this.bus.emit('core.evicted', { coreId, reason });
    return left;
  }
}
