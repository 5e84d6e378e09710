import type { Clock, Timer } from '../shared/clock';
import type { Preparing, Report } from './preparing';

const EVERY_MS = 1_000;

export type Snapshot = () => Preparing;

/** One thing under way; nothing is shown while it is clear. */
export class ProgressSlot {
  snapshot?: Snapshot;

  constructor(private readonly changed: () => void) {}

  show(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.changed();
  }

  clear(): void {
    delete this.snapshot;
  }
}

/**
 * Reports what is under way at each change and every second, so that a stalled transfer is not silent. Engine and model
 * come at the same time; the earlier slot is shown while it has something to show.
 */
export class ProgressBoard {
  private readonly slots: ProgressSlot[] = [];
  private timer?: Timer;

  constructor(
    private readonly clock: Clock,
    private readonly report: Report,
  ) {}

  start(): void {
    this.timer = this.clock.after(EVERY_MS, () => {
      this.emit();
      this.start();
    });
  }

  stop(): void {
    this.timer?.cancel();
  }

  slot(): ProgressSlot {
    const slot: ProgressSlot = new ProgressSlot(() => {
      if (this.shown() === slot) this.emit();
    });
    this.slots.push(slot);
    return slot;
  }

  private shown(): ProgressSlot | undefined {
    return this.slots.find(({ snapshot }) => snapshot);
  }

  private emit(): void {
    const snapshot = this.shown()?.snapshot;
    if (snapshot) this.report(snapshot());
  }
}
