import {
  MOST_DOCUMENT_BYTES,
  MOST_ENTRY_BYTES,
  readSourceDocument,
  type RawEntry,
  type SourceContent,
  SourceUnavailable,
} from './source-content';
import { WebDocumentFailure, type WebDocuments } from './web-documents';

const AT_ONCE = 8;
const MOST_BYTES = 32 * 1024 * 1024;

/** Documents by their address, as they were got. */
export type KeptDocuments = Record<string, { text: string; etag?: string }>;

/**
 * One document with all entries, or a list of the addresses of entries on the same server.
 *
 * @param kept of the last time: what has not changed is not sent again
 * @throws SourceUnavailable where the source is down, and nothing of it may be believed to be gone
 */
export async function readHttpsSource(
  web: WebDocuments,
  location: string,
  kept: KeptDocuments,
  signal: AbortSignal,
): Promise<{ content: SourceContent; kept: KeptDocuments }> {
  const root = new URL(location);
  const got: KeptDocuments = {};
  let size = 0;
  const get = async (url: URL, most: number): Promise<string> => {
    const before = kept[url.href];
    const document = await web.get({
      url,
      most,
      signal,
      ...(before?.etag !== undefined && { etag: before.etag }),
    });
    const next = document.changed
      ? { text: document.text, ...(document.etag !== undefined && { etag: document.etag }) }
      : before;
    if (next === undefined)
      throw new SourceUnavailable(`${url.host} says that nothing changed, but we have nothing.`);
    size += next.text.length;
    if (size > MOST_BYTES)
      throw new SourceUnavailable(`It has more than ${MOST_BYTES / 1024 / 1024} MiB in all.`);
    got[url.href] = next;
    return next.text;
  };
  let listed: (string | object)[];
  try {
    listed = readSourceDocument(await get(root, MOST_DOCUMENT_BYTES));
  } catch (error) {
    throw unavailable(error);
  }
  const content: SourceContent = { entries: [], refused: [] };
  const results: (RawEntry | { place: string; reason: string })[] = [];
  const queue = [...listed.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, item] = next;
      const place = typeof item === 'string' ? item.slice(0, 200) : `entry ${index + 1}`;
      results[index] =
        typeof item === 'string' ? await one(item, place) : { place, text: JSON.stringify(item) };
    }
  };
  const one = async (
    address: string,
    place: string,
  ): Promise<RawEntry | { place: string; reason: string }> => {
    const url = URL.canParse(address, root.href) ? new URL(address, root) : undefined;
    if (url?.origin !== root.origin) return { place, reason: `It does not lie on ${root.host}.` };
    url.hash = '';
    try {
      return { place, text: await get(url, MOST_ENTRY_BYTES) };
    } catch (error) {
      if (error instanceof WebDocumentFailure && error.lasting) return { place, reason: error.message };
      throw unavailable(error);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const result of results) {
    if ('text' in result) content.entries.push(result);
    else content.refused.push(result);
  }
  return { content, kept: got };
}

function unavailable(error: unknown): unknown {
  return error instanceof WebDocumentFailure ? new SourceUnavailable(error.message, { cause: error }) : error;
}
