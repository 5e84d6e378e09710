import { McpFailure } from '../../mcp/mcp-session';
import { percentile } from '../percentile';
import { type Check, notMeasured, passed, warned } from './check';

const CALLS = 30;
/** Of the time a call may take. */
const SHARE = 10;
const ALL_WITHIN_MS = 15_000;

/** Thirty calls, one after the other. */
export const latency: Check = {
  number: 10,
  id: 'latency',
  ask: async (scene) => {
    const call = scene.harmlessCall();
    const { running, clock, callTimeoutMs } = scene;
    if (!call || !running) return notMeasured('its manifest shows no call of a tool that only reads');
    const times: number[] = [];
    const began = clock.monotonic();
    while (times.length < CALLS && clock.monotonic() - began < ALL_WITHIN_MS) {
      const at = clock.monotonic();
      try {
        await running.session.call(call.tool, call.arguments, {
          withinMs: callTimeoutMs,
          signal: scene.signal,
        });
      } catch (error) {
        if (!(error instanceof McpFailure) || error.kind === 'cancelled') throw error;
        await scene.mended();
        return warned(`call ${times.length + 1} of ${CALLS} of ${call.tool}: ${error.message}`);
      }
      times.push(clock.monotonic() - at);
    }
    const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
    scene.latency = { calls: times.length, p50, p95 };
    const told = `${call.tool}, ${times.length} calls: half within ${p50.toFixed(1)} ms, 95 % within ${p95.toFixed(1)} ms`;
    return p95 > callTimeoutMs / SHARE
      ? warned(`${told}; a tenth of what it may take is ${callTimeoutMs / SHARE} ms`)
      : passed(told);
  },
};
