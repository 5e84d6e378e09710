import { boundedJson, DocumentRefused } from './bounded-json';

export const MOST_ENTRIES = 500;
export const MOST_DOCUMENT_BYTES = 4 * 1024 * 1024;
export const MOST_ENTRY_BYTES = 288 * 1024;
const BOUNDS = { most: MOST_DOCUMENT_BYTES, deepest: 32 };

/** An entry as it stands in a source, not yet looked at. */
export interface RawEntry {
  place: string;
  text: string;
}

/** What a source gave. */
export interface SourceContent {
  entries: RawEntry[];
  /** What there is and cannot be had. */
  refused: { place: string; reason: string }[];
}

/** The whole source cannot be read. The message is for people. */
export class SourceUnavailable extends Error {}

/**
 * Reads a document of a source: `{"entries": [...]}`, each an entry itself or the address of one.
 *
 * @throws SourceUnavailable where it is none
 */
export function readSourceDocument(text: string): (string | object)[] {
  let document: unknown;
  try {
    document = boundedJson(text, BOUNDS);
  } catch (error) {
    if (error instanceof DocumentRefused)
      throw new SourceUnavailable(`What it gives cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
  const entries = (document as { entries?: unknown } | null)?.entries;
  if (!Array.isArray(entries))
    throw new SourceUnavailable('What it gives is no catalogue: {"entries": [...]}.');
  if (entries.length > MOST_ENTRIES) throw new SourceUnavailable(`It has more than ${MOST_ENTRIES} entries.`);
  return entries.map((entry: unknown) =>
    typeof entry === 'string' || (typeof entry === 'object' && entry !== null) ? entry : {},
  );
}
