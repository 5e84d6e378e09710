import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { asIndex, asManifest, type Descriptor, type ImageConfig, isIndex } from '../../oci/image-documents';
import { formatReference, parseReference } from '../../oci/image-reference';
import { OCI_LAYER_GZIP, ociLayerType } from '../../oci/media-types';
import type { RegistryClient } from '../../oci/registry-client';
import type { Place } from '../../oci/registry-reader';
import type { BlobSource } from '../../oci/registry-writer';
import { RdzenError } from '../../shared/rdzen-error';
import { writeLayer } from './layer-file';
import { tarOfMachine } from './machine-base';
import { TarWatch } from './tar-watch';

export interface BaseLayer extends BlobSource {
  mediaType: string;
  diffId: string;
  /** Where it lies already. */
  from?: Place;
}

/** What a component's own layer is laid upon: something with Node in it. */
export interface BaseImage {
  /** For people. */
  name: string;
  /** Where it is an image of a registry. */
  digest?: string;
  layers: BaseLayer[];
  environment: string[];
  history: NonNullable<ImageConfig['history']>;
}

const PATH = 'PATH=/usr/local/bin:/usr/bin:/bin';
const NODE = /^(usr\/(local\/)?)?bin\/node$/;
const GZIP_MAGIC = 0x1f8b;

export interface BaseWish {
  /** A reference, or a file; undefined: of this machine. */
  base: string | undefined;
  /** As in an image: `amd64`. */
  architecture: string;
  /** Folder for files. */
  scratch: string;
  client: RegistryClient;
  signal: AbortSignal;
}

/** @throws RdzenError PACK_BASE_UNUSABLE, IMAGE_REFERENCE_INVALID, REGISTRY_* */
export async function baseImage(wish: BaseWish): Promise<BaseImage> {
  const { base } = wish;
  if (base === undefined) return await ofArchive('Node of this machine', tarOfMachine(), wish.scratch);
  const file = await stat(base).catch(() => undefined);
  if (file?.isFile()) return await ofArchive(base, archive(base, await isGzip(base)), wish.scratch);
  if (file || /^[./]|\.(tar|tgz|gz)$/.test(base))
    throw unusable(base, 'there is no such file', 'Give the path of a root file system as .tar or .tar.gz');
  return await ofRegistry(base, wish);
}

async function ofArchive(name: string, tar: AsyncIterable<Buffer>, scratch: string): Promise<BaseImage> {
  const watch = new TarWatch();
  let layer;
  try {
    layer = await writeLayer(tar, join(scratch, 'base.tar.gz'), (chunk) => watch.take(chunk));
  } catch (error) {
    if (error instanceof RdzenError) throw error;
    throw unusable(
      name,
      (error as Error).message,
      'Give the root file system of a container: docker export ID > base.tar',
    );
  }
  if (watch.names.has('manifest.json') && ![...watch.names].some((path) => NODE.test(path)))
    throw unusable(
      name,
      'it is a saved image (docker save)',
      'Give its root file system: docker export ID > base.tar',
    );
  if (![...watch.names].some((path) => NODE.test(path)))
    throw unusable(
      name,
      'there is no Node in it (usr/local/bin/node)',
      'Take a root file system with Node 20 or later',
    );
  return {
    name,
    layers: [{ ...layer, mediaType: OCI_LAYER_GZIP }],
    environment: [PATH],
    history: [{ created_by: 'base: a root file system' }],
  };
}

async function ofRegistry(base: string, { client, architecture, signal }: BaseWish): Promise<BaseImage> {
  const reference = parseReference(base);
  const place = { host: reference.host, repository: reference.repository };
  const options = { signal };
  const { digest: asked } = await client.read.resolve(reference, options);
  let image = await client.read.manifest({ ...place, digest: asked }, options);
  const what = `the base ${base}`;
  if (isIndex(image.mediaType)) {
    const { manifests } = asIndex(image.document, what);
    const own = manifests.find(({ platform: p }) => p?.os === 'linux' && p.architecture === architecture);
    if (!own) throw unusable(base, `it has nothing for linux/${architecture}`, 'Take another base');
    image = await client.read.manifest({ ...place, digest: own.digest }, options);
  }
  const manifest = asManifest(image.document, what);
  const config = await client.read.config(place, manifest.config, options);
  const ids = config.rootfs.diff_ids;
  if (config.os !== 'linux' || config.architecture !== architecture)
    throw unusable(
      base,
      `it is for ${config.os}/${config.architecture}, and this is linux/${architecture}`,
      'Take another base',
    );
  if (ids.length !== manifest.layers.length)
    throw unusable(base, 'its configuration and its layers do not fit together', 'Push it anew');
  const environment = config.config?.Env ?? [];
  return {
    name: formatReference({ ...reference, digest: image.digest }),
    digest: image.digest,
    layers: manifest.layers.map((layer, index) =>
      ofLayer(layer, ids[index] as string, base, place, client, signal),
    ),
    environment: environment.some((each) => each.startsWith('PATH=')) ? environment : [PATH, ...environment],
    history: config.history ?? [],
  };
}

function ofLayer(
  layer: Descriptor,
  diffId: string,
  base: string,
  place: Place,
  client: RegistryClient,
  signal: AbortSignal,
): BaseLayer {
  const mediaType = ociLayerType(layer.mediaType);
  if (mediaType === undefined)
    throw unusable(base, `it has a layer that may not be copied (${layer.mediaType})`, 'Take another base');
  const { digest, size } = layer;
  return {
    mediaType,
    digest,
    size,
    diffId,
    from: place,
    open: () => client.read.openBlob(place, layer, { signal }),
  };
}

async function* archive(path: string, packed: boolean): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  if (!packed) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const plain = createGunzip();
  file.once('error', (error) => plain.destroy(error)).pipe(plain);
  yield* plain as AsyncIterable<Buffer>;
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer.readUInt16BE() === GZIP_MAGIC;
  } finally {
    await file.close();
  }
}

function unusable(base: string, why: string, remedy: string): RdzenError {
  return new RdzenError(
    'PACK_BASE_UNUSABLE',
    `${base} cannot be the base of a component: ${why}. ${remedy}.`,
  );
}
