import { Logger } from '@nestjs/common';
import { join } from 'node:path';
import { readIfThere, writeAtomically } from '../../storage/atomic-file';
import type { KeptDocuments } from './https-source';
import type { SourceContent } from './source-content';
import type { CatalogueSource } from './source-list';

/** What a source last gave. */
export interface LastGood {
  location: string;
  /** Epoch ms. */
  at: number;
  content: SourceContent;
  /** Of an HTTPS source. */
  documents?: KeptDocuments;
  /** Of a repository. */
  digest?: string;
}

/**
 * The last good copy of each source that lies elsewhere, for when it is down. It is believed no more than the source
 * itself: signatures are checked at every reading.
 */
export class SourceCache {
  private readonly logger = new Logger('Catalogue');

  constructor(private readonly folder: string) {}

  async load({ name, location }: CatalogueSource): Promise<LastGood | undefined> {
    try {
      const text = await readIfThere(this.path(name));
      const kept = text === undefined ? undefined : (JSON.parse(text) as LastGood);
      const whole = Array.isArray(kept?.content?.entries) && Array.isArray(kept.content.refused);
      return whole && kept?.location === location ? kept : undefined;
    } catch (error) {
      this.logger.warn(`The kept copy of the source ${name} cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  async save({ name }: CatalogueSource, kept: LastGood): Promise<void> {
    try {
      await writeAtomically(this.path(name), JSON.stringify(kept), 0o600);
    } catch (error) {
      this.logger.warn(`The source ${name} cannot be kept for when it is down: ${String(error)}`);
    }
  }

  private path(name: string): string {
    return join(this.folder, `${name}.json`);
  }
}
