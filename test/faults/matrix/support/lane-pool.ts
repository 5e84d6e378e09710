import { Lane } from './lane';

/** Side by side: a cell is nearly all waiting. */
const LANES = 3;

/** Lanes for cells that are measured side by side; each is opened when it is needed first. */
export class LanePool {
  private readonly free: (Lane | undefined)[] = Array.from({ length: LANES }, () => undefined);
  private readonly waiting: (() => void)[] = [];

  async use<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
    while (this.free.length === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    // One that is open already is preferred.
    const at = Math.max(0, this.free.findIndex(Boolean));
    let [lane] = this.free.splice(at, 1);
    try {
      lane ??= await Lane.open();
      return await work(lane);
    } finally {
      this.free.push(lane);
      this.waiting.shift()?.();
    }
  }

  async close(): Promise<void> {
    for (const lane of this.free.splice(0)) await lane?.close();
  }
}
