import type { ComponentLock } from '../../component-registry/installed/component-lock';
import type { Manifest } from '../../component-registry/manifest/manifest';
import type { ComponentVolumes } from '../../containers/component-volumes';
import { ComponentDidNotStart, type Purpose } from '../../tools/component-runtime';
import type { ServiceRuntime } from '../../tools/services/service-runtime';
import { keepsData } from '../../tools/start-locked';
import { NotAsTried } from './kind-conduct';

const LIFETIME_MS = 10 * 60_000;

/**
 * Starts what runs all the time until it is well, on a network of its own and with data of its own, and leaves nothing:
 * nothing of what it keeps is touched before it is a canary.
 *
 * @param manifest as it is to be started
 * @throws NotAsTried; RdzenError as {@link ServiceRuntime.start}
 */
export async function startOnce(
  { id, image }: Pick<ComponentLock, 'id' | 'image'>,
  manifest: Manifest,
  services: ServiceRuntime,
  volumes: ComponentVolumes,
  labels: Record<string, string> = {},
): Promise<void> {
  const purpose: Purpose = {
    ...{ word: 'install', lifetimeMs: LIFETIME_MS },
    labels: { 'rdzen.lock': id, ...labels },
  };
  const volume = `rdzen-install-${id.toLowerCase()}-state`;
  const state = keepsData({ manifest }) ? { volume, fleeting: true } : undefined;
  const network = await services.network(manifest, purpose);
  try {
    const running = await services.start(manifest, image, network, purpose, { state });
    await running.close();
  } catch (error) {
    if (error instanceof ComponentDidNotStart) throw new NotAsTried(`it did not run: ${error.message}`);
    throw error;
  } finally {
    await network.close();
    if (state) await volumes.remove(volume).catch(() => undefined);
  }
}
