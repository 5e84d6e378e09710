import { HostAllowList } from '../../shared/host-allow-list';
import type { EgressRefusals } from '../../containers/component-networks';
import { utcStamp } from '../../shared/utc-stamp';
import { egressOf, servicesIn } from '../../tools/component-surroundings';
import { type Check, passed, warned } from './check';

const MOST_SHOWN = 20;

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
      const declared = new HostAllowList(egressOf(scene.subject.manifest));
      const { targets } = refused;
      const others = targets.map(({ target }) => target).filter((target) => !declared.hasTarget(target));
      scene.egressAttempts = refused.times;
      scene.egressRefused = targets;
      const evidence = targets.slice(0, MOST_SHOWN).map(shown);
      if (others.length > 0)
        return warned(
          `it wanted to reach what its manifest does not name (egress): ${others.slice(0, 5).join(', ')}`,
          evidence,
        );
      const seen =
        refused.times === 0
          ? 'it tried nothing'
          : `it tried ${targets
              .slice(0, 5)
              .map(({ target }) => target)
              .join(', ')}`;
      return warned(
        `it asks for the network (egress); it was tried behind a proxy that lets nothing out: ${seen}, so what it does there could not be shown`,
        evidence,
      );
    }
    const attempts = await scene.running?.container.networkAttempts();
    if (attempts !== undefined) scene.egressAttempts = attempts;
    const services = servicesIn(scene.block);
    if (services.length > 0)
      return warned(
        `it uses ${services.join(', ')}; it was tried without any network, so what it does there could not be shown`,
      );
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

function shown({ target, times, lastAt }: EgressRefusals): string {
  return `${target}: ${times === 1 ? 'once' : `${times} times`}, last at ${utcStamp(lastAt)}`;
}
