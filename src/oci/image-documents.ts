import { isDigest } from './image-reference';
import { DOCKER_LIST, OCI_INDEX } from './media-types';
import { malformed } from './registry-failure';

/** Of anything that lies in a registry. Source: OCI image specification, "Content Descriptors". */
export interface Descriptor {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
}

export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

export interface ImageManifest {
  config: Descriptor;
  layers: Descriptor[];
}

export interface ImageIndex {
  manifests: (Descriptor & { platform?: Platform })[];
}

/** What an image is run by; what we do not read is kept. Source: OCI image specification, "Image Configuration". */
export interface ImageConfig {
  created?: string;
  architecture: string;
  os: string;
  config?: {
    User?: string;
    Env?: string[];
    Entrypoint?: string[] | null;
    Cmd?: string[] | null;
    WorkingDir?: string;
    Labels?: Record<string, string> | null;
    [other: string]: unknown;
  };
  rootfs: { type: string; diff_ids: string[] };
  history?: { created?: string; created_by?: string; comment?: string; empty_layer?: boolean }[];
  [other: string]: unknown;
}

const MOST_LAYERS = 127;
type Unknown = Record<string, unknown>;

export function isIndex(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_LIST;
}

/** @throws RdzenError REGISTRY_ANSWER_MALFORMED */
export function jsonObject(bytes: Buffer, what: string): Unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw malformed(what, 'it is no JSON object');
}

/** @throws RdzenError REGISTRY_ANSWER_MALFORMED */
export function asManifest(value: Unknown, what: string): ImageManifest {
  const { config, layers } = value;
  if (!isDescriptor(config) || !Array.isArray(layers) || !layers.every(isDescriptor))
    throw malformed(what, 'it is no manifest of an image (config and layers)');
  if (layers.length > MOST_LAYERS)
    throw malformed(what, `it has ${layers.length} layers, and an engine takes ${MOST_LAYERS}`);
  return { config, layers };
}

/** @throws RdzenError REGISTRY_ANSWER_MALFORMED */
export function asIndex(value: Unknown, what: string): ImageIndex {
  const { manifests } = value;
  if (!Array.isArray(manifests) || !manifests.every(isDescriptor))
    throw malformed(what, 'it is no list of manifests');
  return { manifests };
}

/** @throws RdzenError REGISTRY_ANSWER_MALFORMED */
export function asConfig(value: Unknown, what: string): ImageConfig {
  const { architecture, os, rootfs, config } = value;
  const ids = isObject(rootfs) ? rootfs['diff_ids'] : undefined;
  if (
    typeof architecture !== 'string' ||
    typeof os !== 'string' ||
    !Array.isArray(ids) ||
    !ids.every((id) => typeof id === 'string' && isDigest(id)) ||
    (config !== undefined && config !== null && !isObject(config))
  )
    throw malformed(what, 'it is no configuration of an image (architecture, os, rootfs)');
  return value as unknown as ImageConfig;
}

export function isDescriptor(value: unknown): value is Descriptor {
  return (
    isObject(value) &&
    typeof value['mediaType'] === 'string' &&
    typeof value['digest'] === 'string' &&
    isDigest(value['digest']) &&
    Number.isSafeInteger(value['size']) &&
    (value['size'] as number) >= 0
  );
}

function isObject(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
