import type { Clock } from '../../shared/clock';
import { Deadline } from '../../shared/deadline';
import { readFolderSource } from './folder-source';
import { readHttpsSource } from './https-source';
import type { RepositoryCatalogue } from './repository-catalogue';
import { type LastGood, SourceCache } from './source-cache';
import { MOST_ENTRIES, MOST_ENTRY_BYTES, type SourceContent, SourceUnavailable } from './source-content';
import type { CatalogueSource } from './source-list';
import type { WebDocuments } from './web-documents';

const PATIENCE_MS = 30_000;
const NOTHING: SourceContent = { entries: [], refused: [] };

/** What came of reading a source. */
export interface SourceReading {
  state: 'fresh' | 'stale' | 'down';
  content: SourceContent;
  /** Epoch ms of when the content was read. */
  readAt?: number;
  /** Why it is not fresh. */
  problem?: string;
}

/** Reads sources of every kind; where one is down, its last good copy stands in, and says since when. */
export class SourceReader {
  private readonly inMemory = new Map<string, LastGood>();

  constructor(
    private readonly clock: Clock,
    private readonly cache: SourceCache,
    private readonly web: WebDocuments,
    private readonly repositories?: RepositoryCatalogue,
  ) {}

  /** @param from `kept`: of what lies elsewhere only the last good copy, so that nobody is waited for */
  async read(source: CatalogueSource, from: 'sources' | 'kept', signal: AbortSignal): Promise<SourceReading> {
    const kept = await this.lastGood(source);
    if (from === 'kept' && source.kind !== 'folder')
      return standIn(kept, 'It has not been asked yet since the start.');
    const deadline = new Deadline(this.clock, PATIENCE_MS, signal);
    try {
      deadline.signal.throwIfAborted();
      const fresh = { ...(await this.fetch(source, kept, deadline.signal)), location: source.location };
      const last = { ...fresh, at: this.clock.now() };
      this.inMemory.set(source.name, last);
      if (source.kind !== 'folder') await this.cache.save(source, last);
      return { state: 'fresh', content: last.content, readAt: last.at };
    } catch (error) {
      const late = deadline.signal.aborted && !signal.aborted;
      const problem = late
        ? `It did not answer within ${PATIENCE_MS / 1_000} s.`
        : error instanceof SourceUnavailable || source.kind === 'oci'
          ? (error as Error).message
          : `It cannot be read: ${(error as Error).message}`;
      return standIn(kept, problem);
    } finally {
      deadline.end();
    }
  }

  async close(): Promise<void> {
    await this.web.close();
    await this.repositories?.close();
  }

  private async lastGood(source: CatalogueSource): Promise<LastGood | undefined> {
    const known = this.inMemory.get(source.name);
    if (known?.location === source.location) return known;
    return source.kind === 'folder' ? undefined : await this.cache.load(source);
  }

  private async fetch(
    { kind, location }: CatalogueSource,
    kept: LastGood | undefined,
    signal: AbortSignal,
  ): Promise<Omit<LastGood, 'at' | 'location'>> {
    if (kind === 'folder') return { content: await readFolderSource(location) };
    if (kind === 'https') {
      const got = await readHttpsSource(this.web, location, kept?.documents ?? {}, signal);
      return { content: got.content, documents: got.kept };
    }
    if (!this.repositories)
      throw new SourceUnavailable('Catalogues in image registries cannot be read by this installation.');
    const limits = { entries: MOST_ENTRIES, entryBytes: MOST_ENTRY_BYTES };
    const pulled = await this.repositories.pull(location, kept?.digest, limits, signal);
    if (!pulled) return { content: kept?.content ?? NOTHING, digest: kept?.digest };
    const entries = pulled.entries.map((text, index) => ({ place: `entry ${index + 1}`, text }));
    return { content: { entries, refused: [] }, digest: pulled.digest };
  }
}

function standIn(kept: LastGood | undefined, problem: string): SourceReading {
  return kept
    ? { state: 'stale', content: kept.content, readAt: kept.at, problem }
    : { state: 'down', content: NOTHING, problem };
}
