import { join } from 'node:path';
import { readIfThere } from '../../storage/atomic-file';
import { type CatalogueSource, SHIPPED } from './source-list';

/** Beside the entries; written by `catalogue sign`. */
export const PUBLIC_KEY_FILE = 'public-key.txt';

/** What comes with the program. Its key lies beside it: whoever could change both could change the program as well. */
export class ShippedCatalogue {
  constructor(readonly folder = join(__dirname, '..', 'shipped')) {}

  async source(): Promise<CatalogueSource> {
    const publicKey = (await readIfThere(join(this.folder, PUBLIC_KEY_FILE)))?.trim() ?? '';
    return { name: SHIPPED, kind: 'folder', location: this.folder, trust: 'shipped', publicKey };
  }
}
