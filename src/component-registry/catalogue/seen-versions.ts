import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock';
import { Store } from '../../storage/store';
import { utcStamp } from '../../shared/utc-stamp';
import type { CatalogueEntry, RefusedEntry } from './catalogue-entry';

/**
 * Remembers what each source once gave out as a version, over restarts: a version that comes back with other content is
 * refused, however well it is signed. What comes with the program may better its words in a new release of the program; what
 * would be run may not change there either.
 */
@Injectable()
export class SeenVersions {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** @returns those that are as they were, or new, and the others as refusals */
  async check(
    entries: readonly CatalogueEntry[],
  ): Promise<{ same: CatalogueEntry[]; refused: RefusedEntry[] }> {
    const same: CatalogueEntry[] = [];
    const refused: RefusedEntry[] = [];
    // Of two that differ and are both new neither may become the one that is known.
    const offered = new Map<string, Set<string>>();
    for (const entry of entries) {
      const key = keyOf(entry);
      offered.set(key, (offered.get(key) ?? new Set()).add(fixed(entry)));
    }
    await this.store.transaction(async (tx) => {
      for (const entry of entries) {
        const { name, version } = entry.manifest;
        const known = await tx.get<{ content: string; seen_at: number }>(
          'SELECT content, seen_at FROM catalogue_seen WHERE source = ? AND name = ? AND version = ?',
          ...[entry.source, name, version],
        );
        if (known && known.content !== fixed(entry)) {
          refused.push({
            ...{ source: entry.source, name, version },
            reason: `Version ${version} was there before with other content (first seen ${utcStamp(known.seen_at)}); a version is given once. Its publisher has to give the change a new version.`,
          });
          continue;
        }
        same.push(entry);
        if (!known && offered.get(keyOf(entry))?.size === 1)
          await tx.run(
            'INSERT OR IGNORE INTO catalogue_seen (source, name, version, content, seen_at) VALUES (?, ?, ?, ?, ?)',
            ...[entry.source, name, version, fixed(entry), this.clock.now()],
          );
      }
    });
    return { same, refused };
  }
}

function fixed({ trust, image, content }: CatalogueEntry): string {
  return trust === 'shipped' ? image : content;
}

function keyOf({ source, manifest: { name, version } }: CatalogueEntry): string {
  return `${source} ${name} ${version}`;
}
