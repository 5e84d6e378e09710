import type { Settings } from '../config/settings';
import type { RegistryOptions } from '../oci/registry-transport';

/** How registries are reached from where Rdzen runs. */
export function registryReach({
  RDZEN_REGISTRY: host,
  RDZEN_REGISTRY_ADDRESS: address,
  RDZEN_REGISTRY_PLAIN_HTTP: plainHttp,
}: Settings): Pick<RegistryOptions, 'plainHttp' | 'reachedAt'> {
  return { plainHttp, ...(host !== undefined && address !== undefined && { reachedAt: { host, address } }) };
}
