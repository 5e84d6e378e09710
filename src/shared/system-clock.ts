import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { Clock, type Timer } from './clock';

@Injectable()
export class SystemClock extends Clock {
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
