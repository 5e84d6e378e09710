import { ComponentDidNotStart } from '../../../tools/component-runtime';
import { visibleExcerpt } from '../../../mcp/visible-excerpt';
import { startCore } from '../../core-on-trial';
import { type Check, failed, notMeasured, passed } from '../check';

const LAST_LINES = 8;

/** It runs in the cage of components, and answers `/api/version` within the time its manifest gives. */
export const coreStart: Check = {
  number: 2,
  id: 'start',
  ask: async (scene) => {
    if (!scene.cores) return notMeasured('nothing here asks cores');
    try {
      const core = await startCore(scene, scene.cores, scene.leftMs);
      scene.core = core;
      await scene.watch.begin(core.container);
      scene.startToToolsMs = core.startedInMs;
      return passed(
        `version ${visibleExcerpt(core.version, 40)} answered ${Math.round(core.startedInMs)} ms after it was made`,
      );
    } catch (error) {
      if (!(error instanceof ComponentDidNotStart)) throw error;
      scene.refusal = error;
      const lines = error.logTail.trim().split('\n').slice(-LAST_LINES);
      const why = error.oomKilled ? `${error.message}; it was killed for the memory it took` : error.message;
      return failed(
        why,
        lines.map((line) => visibleExcerpt(line)),
      );
    }
  },
};
