import { isTag } from './image-reference';

export interface TagPage {
  document: Record<string, unknown>;
  next?: URL | undefined;
}

const MOST_PAGES = 1_000;

/**
 * Puts the pages of a list of tags together. A registry that sends the same page over and over is left.
 *
 * @param page undefined: the first
 * @returns none where the repository has only manifests without a tag (`tags` is null then)
 */
export async function readTags(read: (page: URL | undefined) => Promise<TagPage>): Promise<string[]> {
  const tags = new Set<string>();
  let at: URL | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const { document, next } = await read(at);
    const listed = Array.isArray(document['tags']) ? document['tags'] : [];
    const before = tags.size;
    for (const tag of listed) if (typeof tag === 'string' && isTag(tag)) tags.add(tag);
    if (!next || tags.size === before) break;
    at = next;
  }
  return [...tags];
}
