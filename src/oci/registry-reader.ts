import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RdzenError } from '../shared/rdzen-error';
import { bodyOf } from './answer-body';
import { DigestCheck, digestOf, type Expected } from './content-digest';
import { asConfig, type Descriptor, type ImageConfig, jsonObject } from './image-documents';
import { formatReference, type ImageReference, isDigest } from './image-reference';
import { MANIFEST_TYPES } from './media-types';
import { digestDiffers, malformed, tooLarge } from './registry-failure';
import type { Ask, CallOptions, RegistryAnswer, RegistryTransport } from './registry-transport';
import { readTags } from './tag-pages';

/** A repository at a registry. */
export type Place = Pick<ImageReference, 'host' | 'repository'>;

export interface Resolved {
  digest: string;
  mediaType: string;
}

export interface ReadManifest extends Resolved {
  /** As they are stored: the digest is theirs. */
  bytes: Buffer;
  document: Record<string, unknown>;
}

const QUESTION_MS = 20_000;
const BLOB_MS = 600_000;
/** Source: OCI distribution specification: a registry should take manifests of 4 MiB. */
const LARGEST_MANIFEST = 4 * 1024 * 1024;
const LARGEST_CONFIG = 8 * 1024 * 1024;
const ACCEPT = MANIFEST_TYPES.join(', ');

/** Reads from registries, and believes none of them: whatever is read by its digest is held against it. */
export class RegistryReader {
  constructor(private readonly transport: RegistryTransport) {}

  /**
   * What a tag points to at this moment, or whether a digest is there: asked once, then only the digest is used.
   *
   * @throws RdzenError REGISTRY_*, IMAGE_REFERENCE_INVALID where there is neither tag nor digest
   */
  async resolve(reference: ImageReference, options: CallOptions = {}): Promise<Resolved> {
    const ask = manifestAsk('HEAD', reference);
    const seen = await this.transport.call(
      { ...ask, also: [405, 501] },
      options,
      ({ status, headers, body }) => {
        body.on('error', () => undefined).destroy();
        const digest = headers['docker-content-digest'] ?? '';
        const mediaType = typeOf(headers);
        // Not every registry says it, and some do not know HEAD.
        if (status >= 300 || !isDigest(digest) || mediaType === '') return undefined;
        return { digest, mediaType: readable(mediaType, ask.what) };
      },
    );
    if (!seen) {
      const { digest, mediaType } = await this.read(reference, options);
      return { digest, mediaType };
    }
    if (reference.digest !== undefined && seen.digest !== reference.digest)
      throw digestDiffers(ask.what, reference.digest, seen.digest);
    return seen;
  }

  /** Whether the tag still points to the digest it was locked with. @returns `now` undefined: there is no such tag any more */
  async compareTag(
    reference: ImageReference & { tag: string; digest: string },
    options: CallOptions = {},
  ): Promise<{ moved: boolean; now?: string }> {
    const { host, repository, tag } = reference;
    try {
      const { digest: now } = await this.resolve({ host, repository, tag }, options);
      return { moved: now !== reference.digest, now };
    } catch (error) {
      if (error instanceof RdzenError && error.code === 'REGISTRY_NOT_FOUND') return { moved: true };
      throw error;
    }
  }

  /** The manifest or index of that digest. @throws RdzenError REGISTRY_* */
  manifest(reference: ImageReference & { digest: string }, options: CallOptions = {}): Promise<ReadManifest> {
    return this.read(reference, options);
  }

  /** @throws RdzenError REGISTRY_* */
  async config(place: Place, descriptor: Descriptor, options: CallOptions = {}): Promise<ImageConfig> {
    const what = `the configuration ${descriptor.digest} in ${place.host}/${place.repository}`;
    const bytes = await this.blob(place, descriptor, LARGEST_CONFIG, options);
    return asConfig(jsonObject(bytes, what), what);
  }

  /** A whole blob in memory. @param most bytes that are acceptable, whatever its descriptor says */
  async blob(place: Place, expected: Expected, most: number, options: CallOptions = {}): Promise<Buffer> {
    const ask = blobAsk(place, expected);
    if (expected.size > most) throw tooLarge(ask.what, most);
    const bytes = await this.transport.call(ask, options, ({ body }) =>
      bodyOf(body, expected.size, ask.what),
    );
    const digest = digestOf(bytes);
    if (digest !== expected.digest) throw digestDiffers(ask.what, expected.digest, digest);
    return bytes;
  }

  /**
   * A blob as it comes. The stream fails at its end where the bytes are not those of the digest, so nothing of it may be
   * used before. It must be read or destroyed.
   */
  openBlob(place: Place, expected: Expected, options: CallOptions = {}): Readable {
    const ask = blobAsk(place, expected);
    const out = new PassThrough();
    const left = new AbortController();
    out.once('close', () => left.abort(new Error('nobody reads the blob any more')));
    const signal = options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal;
    this.transport
      .call(ask, { ...options, signal }, ({ body }) =>
        pipeline(body, new DigestCheck(expected, ask.what), out, { signal }),
      )
      .catch((error: unknown) => out.destroy(error as Error));
    return out;
  }

  /** All tags of a repository. @throws RdzenError REGISTRY_* */
  tags(place: Place, options: CallOptions = {}): Promise<string[]> {
    const what = `the tags of ${place.host}/${place.repository}`;
    const ask: Ask = {
      ...place,
      method: 'GET',
      at: 'tags/list?n=500',
      right: 'pull',
      what,
      withinMs: QUESTION_MS,
    };
    return readTags((at) =>
      this.transport.call({ ...ask, ...(at && { at }) }, options, async ({ body, headers, url }) => ({
        document: jsonObject(await bodyOf(body, LARGEST_MANIFEST, what), what),
        next: nextPage(headers['link'], (to) => this.transport.next(to, url, what)),
      })),
    );
  }

  private async read(reference: ImageReference, options: CallOptions): Promise<ReadManifest> {
    const ask = manifestAsk('GET', reference);
    const { headers, bytes } = await this.transport.call(ask, options, async ({ headers: got, body }) => ({
      headers: got,
      bytes: await bodyOf(body, LARGEST_MANIFEST, ask.what),
    }));
    const digest = digestOf(bytes);
    const said = headers['docker-content-digest'] ?? '';
    const asked = reference.digest ?? (isDigest(said) ? said : digest);
    if (digest !== asked) throw digestDiffers(ask.what, asked, digest);
    const document = jsonObject(bytes, ask.what);
    const mediaType = readable(
      typeOf(headers) || JSON.stringify(document['mediaType'] ?? '').replaceAll('"', ''),
      ask.what,
    );
    const own = document['mediaType'];
    if (own !== undefined && own !== mediaType)
      throw malformed(
        ask.what,
        `it is sent as ${mediaType} and says of itself that it is ${JSON.stringify(own).slice(0, 100)}`,
      );
    return { digest, mediaType, bytes, document };
  }
}

function manifestAsk(method: 'GET' | 'HEAD', reference: ImageReference): Ask {
  const asked = reference.digest ?? reference.tag;
  if (asked === undefined)
    throw new RdzenError(
      'IMAGE_REFERENCE_INVALID',
      `${formatReference(reference)} has neither a tag nor a digest. Add one: ":1.0.6", or "@sha256:...".`,
    );
  const { host, repository } = reference;
  return {
    method,
    host,
    repository,
    at: `manifests/${asked}`,
    right: 'pull',
    headers: { accept: ACCEPT },
    what: `the manifest of ${formatReference(reference)}`,
    withinMs: QUESTION_MS,
  };
}

function blobAsk({ host, repository }: Place, { digest }: Expected): Ask {
  const what = `the blob ${digest} in ${host}/${repository}`;
  return { method: 'GET', host, repository, at: `blobs/${digest}`, right: 'pull', what, withinMs: BLOB_MS };
}

function typeOf(headers: RegistryAnswer['headers']): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

function readable(mediaType: string, what: string): string {
  if (MANIFEST_TYPES.includes(mediaType)) return mediaType;
  throw malformed(
    what,
    `it is sent as ${JSON.stringify(mediaType.slice(0, 100))}, which is no manifest that can be pinned`,
    'Push the image anew with a program of today (Docker 1.10 or later).',
  );
}

/** Source: RFC 8288; OCI distribution specification, "Listing Tags". */
function nextPage(link: string | undefined, follow: (to: string) => URL): URL | undefined {
  const to = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
  return to === undefined ? undefined : follow(to);
}
