import { hostNameOf } from './host-name';
import { error, type Rule } from './rule-finding';

/** Services that a component uses: others than itself, each by a host name of its own. */
export const internalRules: Rule = ({ permissions }, { name }) => {
  const network = permissions?.network ?? 'none';
  if (typeof network !== 'object' || !('internal' in network)) return [];
  const { internal } = network;
  return internal.flatMap((service, index) => {
    const path = `@/permissions/network/internal/${index}`;
    if (service === name)
      return [error(path, 'it names itself', 'The whole name of another component, of the kind service.')];
    const alias = hostNameOf(service);
    if (alias === '')
      return [
        error(
          path,
          `${service} has no name that a host can have`,
          'A service with letters or digits in its name.',
        ),
      ];
    const first = internal.findIndex((other) => hostNameOf(other) === alias);
    return first < index
      ? [error(path, `${internal[first]} is reached as ${alias} already`, 'Keep one of them.')]
      : [];
  });
};
