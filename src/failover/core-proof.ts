import type { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { EventBus } from '../events/event-bus';
import type { Clock } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { PROOF_WITHIN_MS } from './switchover';

/** A proof older than this is asked for anew. */
const FRESH_PROOF_MS = 60_000;
const LOOK_MS = 50;

/** Makes sure that a core generates before work is moved to it. */
export class CoreProof {
  constructor(
    private readonly registry: CoreRegistry,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves at once where it showed so within the last minute; a token of a real answer proves as much as a probe.
   *
   * @throws RdzenError CORE_NOT_READY where it does not generate. Rejects with the signal's reason when it aborts.
   */
  async of(coreId: number, signal: AbortSignal): Promise<void> {
    const core = this.registry.get(coreId);
    const since = this.clock.monotonic();
    const provenAt = (): number => Math.max(core.provenAt ?? -Infinity, core.lastTokenAt ?? -Infinity);
    if (since - provenAt() <= FRESH_PROOF_MS) return;
    this.bus.emit('core.proof-wanted', { coreId });
    while (provenAt() < since) {
      if (core.state === 'down' || this.clock.monotonic() - since > PROOF_WITHIN_MS)
        throw new RdzenError(
          'CORE_NOT_READY',
          `Core ${coreId} was asked to generate and did not (${core.reason}), so it cannot take over.`,
        );
      await this.clock.sleep(LOOK_MS, signal);
    }
  }
}
