import { endGently } from '../../tools/component-runtime';
import { type Check, notMeasured, passed, warned } from './check';

/** It ends when its input ends, or is asked to. */
export const stop: Check = {
  number: 17,
  id: 'stop',
  ask: async (scene) => {
    if (!scene.running) return notMeasured('it does not run');
    const { byItself, ms } = await endGently(scene.running, scene.clock);
    if (!byItself) return warned('it did not end by itself, and was killed');
    return passed(`it ended ${Math.round(ms)} ms after it was asked to`);
  },
};
