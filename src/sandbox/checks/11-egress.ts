import { type Check, passed, warned } from './check';

/** It runs without a network: nothing is in its reach. Whether it tried is counted where the kernel's counters are in sight. */
export const egress: Check = {
  number: 11,
  id: 'egress',
  ask: async (scene) => {
    const { network = 'none' } = scene.block.permissions ?? {};
    const attempts = await scene.running?.container.networkAttempts();
    if (attempts !== undefined) scene.egressAttempts = attempts;
    if (network !== 'none')
      return warned(
        'it asks for the network (egress); it was tried without, so what it does there could not be shown',
      );
    if (attempts === undefined)
      return passed('it has no network; tries to use one cannot be counted on this machine');
    if (attempts > 0) return warned(`it tried ${attempts} times to reach the network (egress), and has none`);
    return passed('it has no network, and tried to use none');
  },
};
