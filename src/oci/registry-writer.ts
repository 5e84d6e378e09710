import type { Readable } from 'node:stream';
import { RdzenError } from '../shared/rdzen-error';
import { digestOf, type Expected } from './content-digest';
import { isDigest } from './image-reference';
import { digestDiffers } from './registry-failure';
import type { Place } from './registry-reader';
import type { Ask, CallOptions, RegistryAnswer, RegistryTransport } from './registry-transport';

/** Bytes that can be read as often as they are needed. */
export interface BlobSource extends Expected {
  open(): Readable;
}

/** What it took to have a blob there. */
export type BlobPushed = 'there' | 'mounted' | 'sent';

const QUESTION_MS = 20_000;
const BLOB_MS = 600_000;

/** Writes to registries. Blobs first, then the manifest that names them: a registry takes no other order. */
export class RegistryWriter {
  constructor(private readonly transport: RegistryTransport) {}

  async hasBlob(place: Place, digest: string, options: CallOptions = {}): Promise<boolean> {
    const what = `whether ${digest} is in ${place.host}/${place.repository}`;
    const ask: Ask = {
      ...blobAsk(place, what, QUESTION_MS),
      method: 'HEAD',
      at: `blobs/${digest}`,
      also: [404],
    };
    return await this.transport.call(ask, options, (answer) => drained(answer).status < 300);
  }

  /**
   * @param mountFrom repository of the same registry that has it already
   * @throws RdzenError REGISTRY_*; what the source's stream throws
   */
  async pushBlob(
    place: Place,
    blob: BlobSource,
    { mountFrom, ...options }: CallOptions & { mountFrom?: string } = {},
  ): Promise<BlobPushed> {
    if (await this.hasBlob(place, blob.digest, options)) return 'there';
    const what = `to store the blob ${blob.digest} (${blob.size} bytes) in ${place.host}/${place.repository}`;
    const mount =
      mountFrom === undefined ? '' : `?mount=${blob.digest}&from=${encodeURIComponent(mountFrom)}`;
    const begin: Ask = { ...blobAsk(place, what, QUESTION_MS), method: 'POST', at: `blobs/uploads/${mount}` };
    const begun = await this.transport.call(begin, options, drained);
    // Where it will not mount it begins an upload instead.
    if (begun.status === 201) return 'mounted';
    const at = this.transport.next(begun.headers['location'], begun.url, what);
    at.searchParams.set('digest', blob.digest);
    const send: Ask = {
      ...blobAsk(place, what, BLOB_MS),
      method: 'PUT',
      at,
      headers: { 'content-type': 'application/octet-stream' },
      body: blob,
    };
    demandDigest(await this.transport.call(send, options, drained), blob.digest, what);
    return 'sent';
  }

  /** @param tag or the manifest's own digest @returns the digest under which it can be pulled */
  async pushManifest(
    place: Place,
    tag: string,
    manifest: { mediaType: string; bytes: Buffer },
    options: CallOptions = {},
  ): Promise<string> {
    const digest = digestOf(manifest.bytes);
    const what = `to store the manifest ${digest} as ${place.host}/${place.repository}:${tag}`;
    const ask: Ask = {
      ...blobAsk(place, what, QUESTION_MS),
      method: 'PUT',
      at: `manifests/${tag}`,
      headers: { 'content-type': manifest.mediaType },
      body: manifest.bytes,
    };
    demandDigest(await this.transport.call(ask, options, drained), digest, what);
    return digest;
  }

  /**
   * Deletes a manifest with **every tag that points to it**; its space is free only after the registry's own collection of
   * garbage, before which nothing of it can be pulled either.
   *
   * @returns false where it was not there
   * @throws RdzenError IMAGE_REFERENCE_INVALID for a tag, REGISTRY_REFUSED where deleting is switched off
   */
  async deleteManifest(place: Place, digest: string, options: CallOptions = {}): Promise<boolean> {
    if (!isDigest(digest))
      throw new RdzenError(
        'IMAGE_REFERENCE_INVALID',
        `${JSON.stringify(digest.slice(0, 200))} is no digest, and only by its digest a manifest can be deleted. Resolve the tag first; all tags of that digest go with it.`,
      );
    const what = `to delete ${place.host}/${place.repository}@${digest}`;
    const ask: Ask = {
      ...place,
      method: 'DELETE',
      at: `manifests/${digest}`,
      right: 'delete',
      what,
      also: [404],
      withinMs: QUESTION_MS,
    };
    return await this.transport.call(ask, options, (answer) => drained(answer).status < 300);
  }
}

function blobAsk(
  { host, repository }: Place,
  what: string,
  withinMs: number,
): Pick<Ask, 'host' | 'repository' | 'right' | 'what' | 'withinMs'> {
  return { host, repository, right: 'pull,push', what, withinMs };
}

function drained(answer: RegistryAnswer): RegistryAnswer {
  answer.body.on('error', () => undefined).resume();
  return answer;
}

/** Where the registry says what it stored, it must be what was sent. */
function demandDigest({ headers }: RegistryAnswer, digest: string, what: string): void {
  const stored = headers['docker-content-digest'] ?? digest;
  if (isDigest(stored) && stored !== digest) throw digestDiffers(what, digest, stored);
}
