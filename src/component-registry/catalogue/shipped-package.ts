import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../manifest/manifest';
import { readEntry } from './catalogue-entry';
import { ShippedCatalogue } from './shipped-catalogue';

/** The manifest of the shipped catalogue that an npm package is packed for; undefined where it knows none. */
export async function shippedPackage(
  name: string,
  version: string,
  shipped = new ShippedCatalogue(),
): Promise<Manifest | undefined> {
  const source = await shipped.source();
  const files = (await readdir(shipped.folder)).filter((file) => file.endsWith('.json')).sort();
  for (const file of files) {
    const entry = readEntry(await readFile(join(shipped.folder, file), 'utf8'), source, file);
    if (!('manifest' in entry)) continue;
    const [given] = entry.manifest.packages;
    if (given.registryType === 'npm' && given.identifier === name && given.version === version)
      return entry.manifest;
  }
  return undefined;
}
