import { Readable } from 'node:stream';
import { digestOf } from '../../oci/content-digest';
import { type Descriptor, isDescriptor } from '../../oci/image-documents';
import { OCI_MANIFEST } from '../../oci/media-types';
import type { BlobSource } from '../../oci/registry-writer';

/** What a catalogue is called in a registry, and each of its entries. */
export const CATALOGUE_TYPE = 'application/vnd.rdzen.catalogue.v1+json';
export const ENTRY_TYPE = 'application/vnd.rdzen.catalogue.entry.v1+json';
/** Source: OCI image specification 1.1, "Guidance for an Empty Descriptor". */
const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';
const TITLE = 'org.opencontainers.image.title';

export interface CatalogueArtifact {
  blobs: BlobSource[];
  manifest: { mediaType: string; bytes: Buffer; digest: string };
}

/** The same entries give the same digest. */
export function catalogueArtifact(entries: readonly { place: string; text: string }[]): CatalogueArtifact {
  const config = blobOf('{}');
  const layers = entries.map(({ text }) => blobOf(text));
  const manifest = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: CATALOGUE_TYPE,
    config: descriptorOf(config, EMPTY_TYPE),
    layers: layers.map((layer, index) => ({
      ...descriptorOf(layer, ENTRY_TYPE),
      annotations: { [TITLE]: entries[index]?.place ?? '' },
    })),
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return {
    blobs: [config, ...layers],
    manifest: { mediaType: OCI_MANIFEST, bytes, digest: digestOf(bytes) },
  };
}

/** The entries of a manifest that is a catalogue; undefined where it is none. */
export function catalogueLayers(document: Readonly<Record<string, unknown>>): Descriptor[] | undefined {
  const { artifactType, layers } = document;
  if (artifactType !== CATALOGUE_TYPE || !Array.isArray(layers)) return undefined;
  const entries: unknown[] = layers;
  const whole = entries.every(
    (layer): layer is Descriptor => isDescriptor(layer) && layer.mediaType === ENTRY_TYPE,
  );
  return whole ? entries : undefined;
}

function blobOf(text: string): BlobSource {
  const bytes = Buffer.from(text);
  return { digest: digestOf(bytes), size: bytes.length, open: () => Readable.from([bytes]) };
}

function descriptorOf({ digest, size }: BlobSource, mediaType: string): Descriptor {
  return { mediaType, digest, size };
}
