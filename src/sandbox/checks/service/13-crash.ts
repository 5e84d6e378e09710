import { ComponentDidNotStart } from '../../../tools/component-runtime';
import { type Check, failed, notMeasured, passed } from '../check';

/** Killed, and started anew on the same data: it is well again, and nothing that it kept is gone. */
export const serviceCrash: Check = {
  number: 13,
  id: 'crash',
  ask: async ({ stand, block }) => {
    if (!stand.running) return notMeasured('it does not run');
    const path = block.permissions?.filesystem?.state?.path;
    await stand.running.container.kill();
    const kept = path === undefined ? [] : await stand.running.container.filesAt(path);
    try {
      const { startedInMs, container } = await stand.start();
      const left = path === undefined ? [] : await container.filesAt(path);
      const lost = kept.filter((name) => !left.includes(name));
      if (lost.length > 0)
        return failed(
          `after a kill it was well again, and ${lost.length} of the ${kept.length} files that it kept were gone`,
          lost.slice(0, 10),
        );
      const data = path === undefined ? '' : `; files that it kept: ${kept.length}, all there`;
      return passed(`after a kill it was well again in ${Math.round(startedInMs)} ms${data}`);
    } catch (error) {
      if (!(error instanceof ComponentDidNotStart)) throw error;
      return failed(`after a kill it was not well again: ${error.message}`);
    }
  },
};
