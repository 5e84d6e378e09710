import { egressOf } from '../../tools/component-surroundings';
import { type Check, passed, warned } from './check';

/**
 * Nothing is in its reach: it runs without a network, or, where it asks for one, behind a proxy that lets nothing out. Whether
 * it tried is counted where the kernel's counters are in sight, or by the proxy, which knows where to as well.
 */
export const egress: Check = {
  number: 11,
  id: 'egress',
  ask: async (scene) => {
    const { network = 'none' } = scene.block.permissions ?? {};
    const { refused } = scene;
    if (refused) {
      const declared = egressOf(scene.subject.manifest).map((target) => target.toLowerCase());
      const others = refused.targets.filter((target) => !declared.includes(target));
      scene.egressAttempts = refused.times;
      if (others.length > 0)
        return warned(
          `it wanted to reach what its manifest does not name (egress): ${others.slice(0, 5).join(', ')}`,
          others.slice(5, 20),
        );
      const seen = refused.times === 0 ? 'it tried nothing' : `it tried ${refused.targets.join(', ')}`;
      return warned(
        `it asks for the network (egress); it was tried behind a proxy that lets nothing out: ${seen}, so what it does there could not be shown`,
      );
    }
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
