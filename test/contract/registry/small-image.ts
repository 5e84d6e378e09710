import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { digestOf } from '../../../src/oci/content-digest';
import { DOCKER_MANIFEST, OCI_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../../src/oci/media-types';
import type { Place } from '../../../src/oci/registry-reader';
import type { BlobSource, RegistryWriter } from '../../../src/oci/registry-writer';

export interface SmallImage {
  layer: BlobSource & { bytes: Buffer };
  config: BlobSource & { bytes: Buffer };
  manifest: { mediaType: string; bytes: Buffer; digest: string };
}

export function blobOf(bytes: Buffer): BlobSource & { bytes: Buffer } {
  return { bytes, digest: digestOf(bytes), size: bytes.length, open: () => Readable.from([bytes]) };
}

/** An image that differs with `mark`; its one layer is no tar, which no registry looks at. */
export function smallImage(mark: string, mediaType = OCI_MANIFEST): SmallImage {
  const docker = mediaType === DOCKER_MANIFEST;
  const layer = blobOf(gzipSync(`layer ${mark}`));
  const config = blobOf(
    Buffer.from(
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: {},
        history: [{ created_by: mark }],
        rootfs: { type: 'layers', diff_ids: [digestOf(`layer ${mark}`)] },
      }),
    ),
  );
  const part = ({ digest, size }: BlobSource, type: string): object => ({ mediaType: type, digest, size });
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: part(config, docker ? 'application/vnd.docker.container.image.v1+json' : OCI_CONFIG),
      layers: [part(layer, docker ? 'application/vnd.docker.image.rootfs.diff.tar.gzip' : OCI_LAYER_GZIP)],
    }),
  );
  return { layer, config, manifest: { mediaType, bytes, digest: digestOf(bytes) } };
}

export async function pushSmall(
  writer: RegistryWriter,
  place: Place,
  image: SmallImage,
  ...tags: string[]
): Promise<void> {
  await writer.pushBlob(place, image.layer);
  await writer.pushBlob(place, image.config);
  for (const tag of tags) await writer.pushManifest(place, tag, image.manifest);
}
