import { performance } from 'node:perf_hooks';
import { Clock, type Timer } from '../../shared/clock';

/** The machine's time, without the framework that the gateway's own clock brings along: a core starts in an instant. */
export class ProcessClock extends Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(ms: number, task: () => void): Timer {
    const handle = setTimeout(task, Math.max(0, ms));
    return { cancel: () => clearTimeout(handle) };
  }
}
