import { RestartBackoff } from '../containers/restart-backoff';

/** Deaths within a minute after which it is left alone until the first of them is a minute old. */
export const MOST_DEATHS = 3;

/** Deaths of one component: how long to wait before the next start, and when not to start it at all. Monotonic ms. */
export class ComponentDeaths {
  /** Of the last one, for people. */
  reason = '';
  private readonly backoff = new RestartBackoff();
  private notBefore = 0;

  /** @returns whether this one was one too many */
  note(now: number, livedMs: number, reason: string): boolean {
    this.reason = reason;
    this.notBefore = now + this.backoff.died(now, livedMs);
    return this.backoff.deathsLastMinute(now) === MOST_DEATHS;
  }

  looping(now: number): boolean {
    return this.backoff.deathsLastMinute(now) >= MOST_DEATHS;
  }

  waitMs(now: number): number {
    return Math.max(0, this.notBefore - now);
  }
}
