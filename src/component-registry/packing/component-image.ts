import { Readable } from 'node:stream';
import { digestOf } from '../../oci/content-digest';
import type { Descriptor, ImageConfig } from '../../oci/image-documents';
import { OCI_CONFIG, OCI_LAYER_GZIP, OCI_MANIFEST } from '../../oci/media-types';
import type { BlobSource } from '../../oci/registry-writer';
import type { BaseImage } from './base-image';
import { FIXED_TIME } from '../../shared/fixed-time';
import type { LayerFile } from './layer-file';
import type { PackageFacts } from './package-facts';

/** Where the packages stand in the image. */
export const APP = 'app';
export const SBOM_FILE = 'sbom.cdx.json';
/** Nobody in particular, and never root. */
export const USER_NUMBER = 10_001;
export const USER = `${USER_NUMBER}:${USER_NUMBER}`;

export interface ComponentImage {
  manifest: { mediaType: string; bytes: Buffer; digest: string };
  config: BlobSource;
  /** Bytes that a machine which has nothing of it loads. */
  size: number;
}

/** Manifest and configuration of an image; pure, and the same for the same. Source: OCI image specification 1.0. */
export function componentImage(made: {
  facts: PackageFacts;
  base: BaseImage;
  layer: LayerFile;
  architecture: string;
  sbomDigest: string;
  /** A folder of its own for what it keeps. */
  state?: string;
}): ComponentImage {
  const { facts, base, layer } = made;
  const labels = {
    'io.modelcontextprotocol.server.name': facts.serverName,
    'org.opencontainers.image.title': facts.title,
    'org.opencontainers.image.description': facts.description,
    'org.opencontainers.image.version': facts.version,
    'org.opencontainers.image.created': FIXED_TIME,
    ...(facts.source !== undefined && { 'org.opencontainers.image.source': facts.source }),
    ...(facts.license !== undefined && { 'org.opencontainers.image.licenses': facts.license }),
    ...(base.digest !== undefined && { 'org.opencontainers.image.base.digest': base.digest }),
    'rdzen.sbom': `/${APP}/${SBOM_FILE}`,
    'rdzen.sbom.digest': made.sbomDigest,
    ...(made.state !== undefined && { 'rdzen.state': made.state }),
  };
  const environment = base.environment.filter((each) => !each.startsWith('NODE_ENV='));
  // Of the base only the environment stays: its volumes, ports, health check and user are not those of the component.
  const config: ImageConfig = {
    created: FIXED_TIME,
    architecture: made.architecture,
    os: 'linux',
    config: {
      User: USER,
      Env: [...environment, 'NODE_ENV=production'],
      Entrypoint: ['node', `/${APP}/node_modules/${facts.name}/${facts.program}`],
      WorkingDir: `/${APP}`,
      Labels: labels,
    },
    rootfs: { type: 'layers', diff_ids: [...base.layers.map(({ diffId }) => diffId), layer.diffId] },
    history: [
      ...base.history,
      { created: FIXED_TIME, created_by: `rdzen component pack ${facts.name}@${facts.version}` },
    ],
  };
  const configBytes = Buffer.from(JSON.stringify(config));
  const configPart = { mediaType: OCI_CONFIG, digest: digestOf(configBytes), size: configBytes.length };
  const layers: Descriptor[] = [...base.layers, { ...layer, mediaType: OCI_LAYER_GZIP }].map(
    ({ mediaType, digest, size }) => ({ mediaType, digest, size }),
  );
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: configPart, layers }),
  );
  return {
    manifest: { mediaType: OCI_MANIFEST, bytes, digest: digestOf(bytes) },
    config: { ...configPart, open: () => Readable.from([configBytes]) },
    size: [configPart, ...layers].reduce((sum, part) => sum + part.size, bytes.length),
  };
}
