import { type Check, notMeasured, passed, warned } from '../check';

/** Nothing but the door is in its reach. Whether it tried is counted where the kernel's counters are in sight. */
export const coreEgress: Check = {
  number: 11,
  id: 'egress',
  ask: async (scene) => {
    if (!scene.core) return notMeasured('it does not run');
    const attempts = await scene.core.container.networkAttempts();
    if (attempts === undefined)
      return passed('nothing is in its reach; tries to get out cannot be counted on this machine');
    scene.egressAttempts = attempts;
    if (attempts > 0) return warned(`it tried ${attempts} times to reach the network (egress), and has none`);
    return passed('nothing is in its reach, and it tried nothing');
  },
};
