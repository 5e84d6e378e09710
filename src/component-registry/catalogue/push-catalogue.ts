import { formatReference, type ImageReference } from '../../oci/image-reference';
import type { RegistryClient } from '../../oci/registry-client';
import { catalogueArtifact } from './catalogue-artifact';
import { readFolderSource } from './folder-source';
import { SourceUnavailable } from './source-content';

/** Why a folder is not pushed. The message is for people. */
export class PushRefused extends Error {}

/**
 * Puts a signed folder into a registry as one artifact, and points the tag to it. Nothing is pushed where one entry is
 * unsigned or unreadable.
 *
 * @returns the digest
 * @throws PushRefused, RdzenError REGISTRY_*
 */
export async function pushCatalogue(
  folder: string,
  to: ImageReference & { tag: string },
  client: Pick<RegistryClient, 'write'>,
  signal?: AbortSignal,
): Promise<{ digest: string; entries: number }> {
  const entries = await entriesOf(folder);
  const { blobs, manifest } = catalogueArtifact(entries);
  const options = signal ? { signal } : {};
  for (const blob of blobs) await client.write.pushBlob(to, blob, options);
  const digest = await client.write.pushManifest(to, to.tag, manifest, options);
  return { digest, entries: entries.length };
}

async function entriesOf(folder: string): Promise<{ place: string; text: string }[]> {
  let content;
  try {
    content = await readFolderSource(folder);
  } catch (error) {
    if (error instanceof SourceUnavailable)
      throw new PushRefused(`${folder}: ${error.message}`, { cause: error });
    throw error;
  }
  const [refused] = content.refused;
  if (refused) throw new PushRefused(`${folder}/${refused.place}: ${refused.reason} Nothing was pushed.`);
  if (content.entries.length === 0)
    throw new PushRefused(`${folder} holds no entry: no file that ends in .json.`);
  for (const { place, text } of content.entries)
    if (!isSigned(text))
      throw new PushRefused(
        `${folder}/${place} is not signed, or no entry, and nothing was pushed. Run: npm run rdzen -- catalogue sign ${folder} --key FILE`,
      );
  return content.entries;
}

function isSigned(text: string): boolean {
  try {
    const entry = JSON.parse(text) as { manifest?: unknown; signature?: unknown } | null;
    return typeof entry?.manifest === 'object' && typeof entry.signature === 'string';
  } catch {
    return false;
  }
}

/** For the report of the command. */
export function pushedReport(
  folder: string,
  to: ImageReference,
  { digest, entries }: { digest: string; entries: number },
): string {
  return `pushed ${entries} ${entries === 1 ? 'entry' : 'entries'} of ${folder} to ${formatReference(to)}\ndigest: ${digest}`;
}
