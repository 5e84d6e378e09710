import { McpFailure } from '../../mcp/mcp-session';
import { type Check, notMeasured, passed, warned } from './check';

const AT_ONCE = 8;
const SOON_MS = 1;

/** Eight calls at once, one of them cancelled, one given up too early; the next one works. */
export const concurrency: Check = {
  number: 12,
  id: 'concurrency',
  ask: async (scene) => {
    const call = scene.harmlessCall();
    const { running, callTimeoutMs: withinMs } = scene;
    if (!call || !running) return notMeasured('its manifest shows no call of a tool that only reads');
    const cancelled = new AbortController();
    const all = Array.from({ length: AT_ONCE }, (_, index) =>
      running.session.call(call.tool, call.arguments, {
        withinMs: index === 1 ? SOON_MS : withinMs,
        signal: index === 0 ? cancelled.signal : scene.signal,
      }),
    );
    cancelled.abort();
    const ends = await Promise.allSettled(all);
    scene.signal.throwIfAborted();
    const lost = ends.slice(2).filter(({ status }) => status === 'rejected').length;
    if (await scene.mended()) return warned(`${AT_ONCE} calls at once ended it`);
    if (lost > 0) return warned(`${lost} of ${AT_ONCE - 2} calls that ran at once were not answered`);
    try {
      await running.session.call(call.tool, call.arguments, { withinMs, signal: scene.signal });
    } catch (error) {
      if (!(error instanceof McpFailure) || error.kind === 'cancelled') throw error;
      await scene.mended();
      return warned(`after ${AT_ONCE} calls at once the next one failed: ${error.message}`);
    }
    return passed(`${AT_ONCE} calls at once, one cancelled and one given up, and it went on`);
  },
};
