import type { Clock, Timer } from '../../shared/clock';

const AGAIN_AFTER_MS = 3_000;

/**
 * Removes what could not be removed, because the engine was away, as soon as it is there again; in the order in which it came.
 * What a stop of this process leaves is removed by the sweep of the next start.
 */
export class LateRemovals {
  private readonly waiting = new Map<string, () => Promise<unknown>>();
  private timer?: Timer;

  constructor(private readonly clock: Clock) {}

  /** @param work rejects where it has to be tried again */
  add(subject: string, work: () => Promise<unknown>): void {
    this.waiting.set(subject, work);
    this.plan();
  }

  get left(): number {
    return this.waiting.size;
  }

  private plan(): void {
    this.timer ??= this.clock.after(AGAIN_AFTER_MS, () => void this.tryAll());
  }

  private async tryAll(): Promise<void> {
    for (const [subject, work] of [...this.waiting])
      await work().then(
        () => this.waiting.delete(subject),
        () => undefined,
      );
    this.timer = undefined;
    if (this.waiting.size > 0) this.plan();
  }
}
