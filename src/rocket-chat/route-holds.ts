import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';
import { ChatError } from './chat-error';

/** Routes the server asked us to leave alone for a while; calls to them fail here instead of there. */
export class RouteHolds {
  private readonly until = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  /** Throws `rate-limited` with the rest of the wait while the route is held. */
  check(route: string): void {
    const until = this.until.get(route);
    if (until === undefined) return;
    const left = until - this.clock.monotonic();
    if (left > 0) {
      throw new ChatError('rate-limited', `${route} is held for another ${Math.ceil(left / 1000)} s.`, {
        retryAfterMs: Math.ceil(left),
      });
    }
    this.until.delete(route);
  }

  /** Holds the route for the wait the refusal names and a little more, so that callers do not all return at once. */
  hold(route: string, refusal: ChatError): ChatError {
    const asked = refusal.details.retryAfterMs ?? 0;
    const wait = Math.ceil(asked + this.random.fraction() * Math.max(1_000, asked * 0.1));
    this.until.set(route, Math.max(this.until.get(route) ?? 0, this.clock.monotonic() + wait));
    return new ChatError('rate-limited', refusal.message, { ...refusal.details, retryAfterMs: wait });
  }
}
