import { posix } from 'node:path';
import { type Facts, objectAt, objectsAt, textAt } from './facts';
import type { Policy } from './policy';
import { forbidden, invisible } from './refusal';
import type { JsonObject } from './strict-json';

/**
 * For each place that an image declares a volume (`VOLUME`), Docker makes one without a name where nothing is mounted
 * there: writable, without a bound, and also where the file system is read-only. The image is asked for anew each time.
 *
 * @param body of the create call as it goes on
 * @param had places where what is replaced has such volumes already
 * @throws Refusal of such an image; of one that is not there in the words of Docker, since another could come before the
 *   engine looks
 */
export async function judgeImageVolumes(
  body: JsonObject,
  facts: Facts,
  policy: Policy,
  had: readonly string[] = [],
): Promise<void> {
  if (!policy.has('image.volume')) return;
  const name = textAt(body, 'Image');
  const image = await facts.image(name);
  if (!image) throw invisible('image', name);
  const host = objectAt(body, 'HostConfig');
  const covered = [
    ...had,
    ...objectsAt(host, 'Mounts').map((mount) => textAt(mount, 'Target')),
    ...Object.keys(objectAt(host, 'Tmpfs')),
  ];
  const open = Object.keys(objectAt(objectAt(image, 'Config'), 'Volumes')).find(
    (place) => !covered.includes(posix.normalize(place).replace(/(?<=.)\/$/, '')),
  );
  if (open !== undefined)
    throw forbidden(
      'image.volume',
      `an image that declares a volume at ${open.slice(0, 100)}`,
      'Mount a volume of ours there, or build the image without VOLUME.',
    );
}
