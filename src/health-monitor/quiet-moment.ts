import type { Core } from '../core-registry/core.types';
import type { CoreVerdicts } from './core-verdicts';
import { QUIET_PATIENCE_MS } from './watch-timing';
import type { WatchTools } from './watch-tools';

/**
 * A probe would take processor time from a core that is answering a person on the same host, so it waits for a quiet
 * moment; but not for ever where the threads are shared out and a single token costs the neighbour next to nothing.
 */
export class QuietMoment {
  /** Monotonic ms since when the core waits to be proven while a neighbour generates. */
  private since?: number;

  constructor(
    private readonly known: CoreVerdicts,
    private readonly tools: WatchTools,
  ) {}

  get hasCome(): boolean {
    const { known, tools } = this;
    const { core } = known;
    const busy = tools.registry
      .all()
      .some((other) => other.id !== core.id && other.host === core.host && isAnswering(other));
    const now = tools.clock.monotonic();
    if (!busy || known.proven) this.since = undefined;
    else this.since ??= now;
    if (this.since === undefined) return !busy;
    if (tools.probes.sharesThreads(core) && now - this.since >= QUIET_PATIENCE_MS) return true;
    known.become(core.state, 'waits for a quiet moment to be proven');
    return false;
  }
}

/** A slot that a question keeps which the core turned away costs nobody any processor time. */
function isAnswering({ inFlight, turnedAway = 0 }: Core): boolean {
  return inFlight > turnedAway;
}
