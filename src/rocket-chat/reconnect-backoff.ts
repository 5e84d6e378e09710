import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';

const SHORTEST_MS = 1_000;
const LONGEST_MS = 30_000;
const STABLE_MS = 60_000;

/** Waits between two connections: 1 to 30 s, doubling, half of each by chance; from the start after 60 s of live. */
export class ReconnectBackoff {
  private failures = 0;
  private liveSince: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** The connection works. */
  live(): void {
    this.liveSince ??= this.clock.monotonic();
  }

  /** The connection is lost or did not come about: milliseconds to wait before the next. */
  next(): number {
    const stable = this.liveSince !== undefined && this.clock.monotonic() - this.liveSince >= STABLE_MS;
    this.liveSince = undefined;
    if (stable) this.failures = 0;
    const ceiling = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** ++this.failures);
    return ceiling / 2 + (ceiling / 2) * this.random.fraction();
  }
}
