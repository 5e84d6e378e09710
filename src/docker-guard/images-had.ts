import { containerLabels, containerName, isManaged, PROJECT, SERVICE, textAt } from './facts';
import type { JsonObject } from './strict-json';

const MOST_SERVICES = 100;
const MOST_IMAGES = 20;
const IMAGE_ID = /^sha256:[0-9a-f]{64}$/;
const ASIDE = /\.old-[0-9a-f]{4,32}$/;

/**
 * On which images containers of compose that are ours were seen, by their name and service: the last good version of one
 * has no name any more once its tag moved on. Components are not among them: nobody but compose gives those labels. In
 * memory only: what was replaced before the guard was started is not known here.
 */
export class ImagesHad {
  private readonly known = new Map<string, Set<string>>();

  note(found: JsonObject): void {
    const service = serviceOf(found);
    const image = textAt(found, 'Image');
    if (service === undefined || !isManaged(containerLabels(found)) || !IMAGE_ID.test(image)) return;
    const images = this.known.get(service) ?? new Set();
    // The latest last, so that the first is the one to forget.
    images.delete(image);
    images.add(image);
    this.known.delete(service);
    this.known.set(service, images);
    forgetFirst(images, MOST_IMAGES);
    forgetFirst(this.known, MOST_SERVICES);
  }

  /** @param imageId in full, with `sha256:` */
  had(container: JsonObject, imageId: string): boolean {
    const service = serviceOf(container);
    return service !== undefined && (this.known.get(service)?.has(imageId) ?? false);
  }
}

/** Undefined where compose did not make it. */
function serviceOf(found: JsonObject): string | undefined {
  const labels = containerLabels(found);
  const [project, service] = [textAt(labels, PROJECT), textAt(labels, SERVICE)];
  if (project === '' || service === '') return undefined;
  return JSON.stringify([containerName(found).replace(ASIDE, ''), project, service]);
}

function forgetFirst(
  entries: { size: number; keys(): Iterator<string>; delete(key: string): boolean },
  most: number,
): void {
  const first = entries.keys().next();
  if (entries.size > most && first.done !== true) entries.delete(first.value);
}
