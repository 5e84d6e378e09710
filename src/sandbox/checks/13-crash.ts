import { ComponentDidNotStart } from '../../tools/component-runtime';
import { type Check, notMeasured, passed, warned } from './check';

const LISTED_WITHIN_MS = 10_000;

/** Killed, and started anew: a fresh container comes as far as its tools. */
export const crash: Check = {
  number: 13,
  id: 'crash',
  ask: async (scene) => {
    if (!scene.running) return notMeasured('it does not run');
    await scene.running.container.kill();
    try {
      const { session, startedInMs } = await scene.start();
      const found = await session.tools(LISTED_WITHIN_MS);
      if (found.length !== scene.tools.length)
        return warned(`after a kill it has ${found.length} tools, and had ${scene.tools.length}`);
      return passed(`after a kill a fresh one answered in ${Math.round(startedInMs)} ms`);
    } catch (error) {
      if (!(error instanceof ComponentDidNotStart)) throw error;
      return warned(`after a kill a fresh one did not start: ${error.message}`);
    }
  },
};
