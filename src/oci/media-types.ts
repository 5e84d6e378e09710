/** Source: OCI image specification, media types; Docker image manifest V2, schema 2. */
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_LAYER_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';

/**
 * All four go with every question for a manifest: a registry that is not told that we read a kind answers with another
 * one, made on the spot, of another digest (CNCF Distribution 2.8: schema 1), or denies that there is any.
 */
export const MANIFEST_TYPES: readonly string[] = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST];

/** The same bytes under their OCI name; undefined for what is no layer that may be copied. */
export function ociLayerType(mediaType: string): string | undefined {
  const known: Record<string, string> = {
    'application/vnd.docker.image.rootfs.diff.tar.gzip': OCI_LAYER_GZIP,
    'application/vnd.docker.image.rootfs.diff.tar': 'application/vnd.oci.image.layer.v1.tar',
  };
  if (/^application\/vnd\.oci\.image\.layer\.v1\.tar(\+gzip|\+zstd)?$/.test(mediaType)) return mediaType;
  return known[mediaType];
}
