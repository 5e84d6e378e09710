import { visibleExcerpt } from '../../../mcp/visible-excerpt';
import { ComponentDidNotStart } from '../../../tools/component-runtime';
import { type Check, failed, passed } from '../check';

/** It runs, and is well by the health that its manifest names, within the time its manifest gives. */
export const serviceStart: Check = {
  number: 2,
  id: 'start',
  ask: async (scene) => {
    try {
      const { startedInMs } = await scene.stand.start();
      return passed(`it was well ${Math.round(startedInMs)} ms after it was made`);
    } catch (error) {
      if (!(error instanceof ComponentDidNotStart)) throw error;
      scene.refusal = error;
      const last = error.logTail
        .trim()
        .split('\n')
        .slice(-8)
        .map((line) => visibleExcerpt(line));
      return failed(
        error.oomKilled ? `${error.message}; it was killed for the memory it took` : error.message,
        last,
      );
    }
  },
};
