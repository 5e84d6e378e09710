import { type ComponentBlock, type Manifest, type OciPackage, PUBLISHER } from './manifest';

/** A manifest of an image that is known by its digest: the only kind that is ever run. */
export interface RunnableManifest extends Manifest {
  packages: [OciPackage];
  _meta: { [PUBLISHER]: { rdzen: ComponentBlock & { digest: string } } };
}

/** Which image was packed for a component whose manifest names a package of npm. */
export interface ImageBinding {
  component: string;
  version: string;
  /** `host/repository`. */
  repository: string;
  /** `sha256:...` */
  digest: string;
  /** Subresource integrity of the package it was packed from. */
  integrity: string;
  /** ISO 8601. */
  packedAt: string;
  /** `cli`, `api:<key id>` or `chat:<user id>`. */
  packedBy: string;
}

export function isRunnable(manifest: Manifest): manifest is RunnableManifest {
  const [{ registryType }] = manifest.packages;
  return registryType === 'oci' && manifest._meta[PUBLISHER].rdzen.digest !== undefined;
}

/**
 * The manifest as it can be run. What names an image already is left as it is.
 *
 * @returns undefined where there is no image: no binding, or one of another component, version or other bytes
 */
export function completed(manifest: Manifest, binding?: ImageBinding): RunnableManifest | undefined {
  if (isRunnable(manifest)) return manifest;
  const [given] = manifest.packages;
  const block = manifest._meta[PUBLISHER].rdzen;
  const fits =
    given.registryType === 'npm' &&
    binding?.component === manifest.name &&
    binding.version === manifest.version &&
    binding.integrity === block.provenance?.integrity;
  if (!fits) return undefined;
  const { registryType: _, identifier, version, ...common } = given;
  return {
    ...manifest,
    packages: [
      { registryType: 'oci', identifier: `${binding.repository}:${tagOf(manifest.version)}`, ...common },
    ],
    _meta: {
      [PUBLISHER]: {
        rdzen: {
          ...block,
          digest: binding.digest,
          provenance: { ...block.provenance, package: `npm:${identifier}@${version}` },
        },
      },
    },
  };
}

/** A tag has no plus sign; it is decoration anyway. */
function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}
