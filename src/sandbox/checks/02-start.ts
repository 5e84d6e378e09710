import { ComponentDidNotStart } from '../../tools/component-runtime';
import { visibleExcerpt } from '../../mcp/visible-excerpt';
import { type Check, failed, passed } from './check';

/** It runs, and answers the first message, within the time its manifest gives. */
export const start: Check = {
  number: 2,
  id: 'start',
  ask: async (scene) => {
    try {
      const { startedInMs } = await scene.start();
      return passed(`it answered ${Math.round(startedInMs)} ms after it was made`);
    } catch (error) {
      if (!(error instanceof ComponentDidNotStart)) throw error;
      scene.refusal = error;
      // It runs and speaks; what it says is for the next check.
      if (error.kind === 'protocol') return passed('it runs, and answered');
      const last = error.logTail
        .trim()
        .split('\n')
        .slice(-8)
        .map((line) => visibleExcerpt(line));
      const why = error.oomKilled ? `${error.message}; it was killed for the memory it took` : error.message;
      return failed(why, last);
    }
  },
};
