import type { Settings } from '../../config/settings';
import type { Manifest } from '../manifest/manifest';

/** @returns what an administrator types where Rdzen runs; undefined for what is no package of npm */
export function packHint(
  { packages: [given] }: Manifest,
  { RDZEN_PROFILE: profile, RDZEN_REGISTRY: registry }: Settings,
): string | undefined {
  if (given.registryType !== 'npm') return undefined;
  const spec = `${given.identifier}@${given.version}`;
  if (profile === 'docker') return `docker compose run --rm pack ${spec}`;
  const to = registry === undefined ? ` --to REGISTRY/${given.identifier.replace('@', '')}` : '';
  return `npm run rdzen -- component pack ${spec}${to}`;
}
