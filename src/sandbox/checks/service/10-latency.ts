import { percentile } from '../../percentile';
import { type Check, failed, notMeasured, passed, warned } from '../check';

const TIMES = 20;
const ALL_WITHIN_MS = 10_000;
/** Slower, it is a service that is nearly ill. */
const SLOW_MS = 1_000;

/** Asked for its health twenty times, one after the other: it stays well, and says so soon. */
export const serviceLatency: Check = {
  number: 10,
  id: 'latency',
  ask: async (scene) => {
    const { stand, clock, signal } = scene;
    if (!stand.running) return notMeasured('it does not run');
    const times: number[] = [];
    const began = clock.monotonic();
    while (times.length < TIMES && clock.monotonic() - began < ALL_WITHIN_MS) {
      signal.throwIfAborted();
      const at = clock.monotonic();
      const problem = await stand.running.health();
      if (problem !== undefined)
        return failed(`it did not stay well, at question ${times.length + 1} of ${TIMES}: ${problem}`);
      times.push(clock.monotonic() - at);
    }
    const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
    scene.latency = { calls: times.length, p50, p95 };
    const told = `asked for its health ${times.length} times: half within ${p50.toFixed(1)} ms, 95 % within ${p95.toFixed(1)} ms`;
    return p95 > SLOW_MS ? warned(told) : passed(told);
  },
};
