import { containerLabels, type Facts, isManaged, objectAt, objectsAt, PROJECT, RUN, textAt } from './facts';
import type { Policy } from './policy';
import { forbidden } from './refusal';
import type { JsonObject } from './strict-json';

/**
 * Where files may be read from and written to: a volume that the client could mount in a component of its own anyway, so it
 * gains nothing by it. A mount cannot be replaced by a link, as a folder could.
 *
 * @param path of the query; with `/.` behind it: what is in it
 * @throws Refusal
 */
export async function judgeArchive(
  container: JsonObject,
  path: string,
  facts: Facts,
  policy: Policy,
): Promise<void> {
  const labels = containerLabels(container);
  const isOurs = Boolean(labels[RUN]) && !labels[PROJECT];
  const place = path.replace(/\/\.$/, '');
  const mount = objectsAt(container, 'Mounts').find(
    ({ Type, Destination }) => Type === 'volume' && Destination === place,
  );
  const name = textAt(mount, 'Name');
  const plain = isOurs && name.startsWith(policy.limits.prefix) && isPlainVolume(await facts.volume(name));
  policy.demand('archive.place', plain, () =>
    forbidden(
      'archive.place',
      `the path ${path.slice(0, 200)}`,
      'Name the path at which a volume made through the guard is mounted in a container with rdzen.run.',
    ),
  );
}

/** No options, which could name any folder of the host. */
export function isPlainVolume(found: JsonObject | undefined): boolean {
  const options = Object.keys(objectAt(found, 'Options')).length;
  return found?.Driver === 'local' && options === 0 && isManaged(objectAt(found, 'Labels'));
}
