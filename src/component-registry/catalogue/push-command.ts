import type { Settings } from '../../config/settings';
import { parseReference } from '../../oci/image-reference';
import { RegistryClient } from '../../oci/registry-client';
import { SystemClock } from '../../shared/system-clock';
import { registryReach } from '../registry-reach';
import { pushCatalogue, pushedReport, PushRefused } from './push-catalogue';

export const PUSH_USAGE = 'FOLDER HOST/REPOSITORY:TAG';

/** `catalogue push`. @throws PushRefused, RdzenError REGISTRY_*, IMAGE_REFERENCE_INVALID */
export async function pushCommand(
  args: readonly string[],
  settings: Settings,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const [folder, location, ...more] = args;
  if (folder === undefined || location === undefined || more.length > 0 || folder.startsWith('-'))
    throw new PushRefused(`"catalogue push" takes: ${PUSH_USAGE}`);
  const { tag, digest, ...place } = parseReference(location);
  if (tag === undefined || digest !== undefined)
    throw new PushRefused(`${location} needs a tag, and no digest: ${PUSH_USAGE}`);
  const { RDZEN_REGISTRY_USER: username, RDZEN_REGISTRY_PASSWORD: password } = settings;
  const client = new RegistryClient({
    clock: new SystemClock(),
    ...registryReach(settings),
    environment,
    ...(username !== undefined &&
      password !== undefined && { credentials: { host: place.host, username, password } }),
  });
  try {
    const to = { ...place, tag };
    return pushedReport(folder, to, await pushCatalogue(folder, to, client));
  } finally {
    await client.close();
  }
}
