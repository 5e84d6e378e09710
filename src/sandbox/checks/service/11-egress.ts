import { type Check, passed, warned } from '../check';

/** It stands on a network without a way out. Whether it tried to get out is counted where the kernel's counters are in sight. */
export const serviceEgress: Check = {
  number: 11,
  id: 'egress',
  ask: async (scene) => {
    const attempts = await scene.stand.running?.container.networkAttempts();
    if (attempts === undefined)
      return passed('its network has no way out; tries to get out cannot be counted on this machine');
    scene.egressAttempts = attempts;
    if (attempts > 0)
      return warned(`it tried ${attempts} times to reach the network (egress), and has no way out`);
    return passed('its network has no way out, and it tried none');
  },
};
