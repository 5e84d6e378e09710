import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  MOST_ENTRIES,
  MOST_ENTRY_BYTES,
  type RawEntry,
  type SourceContent,
  SourceUnavailable,
} from './source-content';

/**
 * Each file of the folder that ends in `.json` is an entry.
 *
 * @throws SourceUnavailable
 */
export async function readFolderSource(folder: string): Promise<SourceContent> {
  let names: string[];
  try {
    names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  } catch (error) {
    throw new SourceUnavailable(`The folder cannot be read (${codeOf(error)}).`, { cause: error });
  }
  if (names.length > MOST_ENTRIES)
    throw new SourceUnavailable(`The folder has more than ${MOST_ENTRIES} entries.`);
  const content: SourceContent = { entries: [], refused: [] };
  for (const name of names) {
    const read = await readEntryFile(join(folder, name), name);
    if ('text' in read) content.entries.push(read);
    else content.refused.push(read);
  }
  return content;
}

async function readEntryFile(
  path: string,
  place: string,
): Promise<RawEntry | { place: string; reason: string }> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MOST_ENTRY_BYTES)
        return { place, reason: `The file has more than ${MOST_ENTRY_BYTES / 1024} KiB.` };
      return { place, text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { place, reason: `The file cannot be read (${codeOf(error)}).` };
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
