import { Injectable, Logger } from '@nestjs/common';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Settings } from '../../config/settings';
import { Clock, type Timer } from '../../shared/clock';
import { Random } from '../../shared/random';
import { RdzenError } from '../../shared/rdzen-error';
import { readIfThere } from '../../storage/atomic-file';
import { completed, type RunnableManifest } from '../manifest/complete-manifest';
import type { Manifest } from '../manifest/manifest';
import { packHint } from '../packing/pack-hint';
import { Catalogue, type Found } from './catalogue';
import { type CatalogueEntry, readEntry, type RefusedEntry } from './catalogue-entry';
import { catalogueFolder } from './catalogue-folder';
import { ImageBindings } from './image-bindings';
import { SeenVersions } from './seen-versions';
import { ShippedCatalogue } from './shipped-catalogue';
import { type CatalogueSource, readSourceList, type SourceKind, type SourceList } from './source-list';
import { type SourceReading, SourceReader } from './source-reader';
import type { Trust } from './trust';

const HOUR_MS = 3_600_000;
const EVERY_MS = 6 * HOUR_MS;
/** By then the chat is connected and a core is proven, where nothing is wrong. */
const OPENED_AFTER_MS = 5_000;

/** How a source stands. */
export interface SourceState {
  name: string;
  /** Undefined for one that cannot be used as it is configured. */
  kind?: SourceKind;
  location?: string;
  trust?: Trust;
  signed: boolean;
  /** `stale`: it is down, and its last good copy is used; `down`: there is none. */
  state: 'fresh' | 'stale' | 'down' | 'wrong';
  /** Epoch ms of what is used. */
  readAt?: number;
  problem?: string;
  /** How many of its entries are offered. */
  entries: number;
  refused: RefusedEntry[];
}

/**
 * What the sources offer, who was refused and why. It is read with the first question for it, or a little after the start,
 * which it would make a quarter longer; whoever asks waits for {@link opened} first. Read again every few hours, and when
 * somebody asks for it.
 */
@Injectable()
export class CatalogueService {
  private readonly logger = new Logger('Catalogue');
  private read?: Catalogue;
  private states: SourceState[] = [];
  private listProblem?: string;
  private timer?: Timer;
  private going?: Promise<SourceState[]>;
  /** Asked for while another was going on. */
  private following?: Promise<SourceState[]>;
  private opening?: Promise<void>;
  private readonly stopping = new AbortController();

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly shipped: ShippedCatalogue,
    private readonly reader: SourceReader,
    private readonly seen: SeenVersions,
    readonly bindings: ImageBindings,
  ) {}

  start(): void {
    this.timer = this.clock.after(OPENED_AFTER_MS, () => {
      this.opened().catch((error: unknown) => this.tellUnread(error));
      this.schedule();
    });
  }

  /** What lies here, and last good copies, are there when it resolves; sources elsewhere are asked behind that. */
  opened(): Promise<void> {
    this.opening ??= this.reload('kept').then(
      () => this.reloadBehind(),
      (error: unknown) => {
        this.opening = undefined;
        throw error;
      },
    );
    return this.opening;
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    this.stopping.abort(new Error('Rdzen is stopping'));
    await this.going?.catch(() => undefined);
    await this.reader.close();
  }

  /** The newest version of each component, by name. */
  list(): CatalogueEntry[] {
    return this.catalogue().all;
  }

  /** Best first. */
  search(words: string, most?: number): Found[] {
    return this.catalogue().search(words, most);
  }

  /**
   * @param name in full, or its last part where that is clear
   * @param version exact; undefined: the newest
   * @throws RdzenError COMPONENT_NOT_FOUND
   */
  get(name: string, version?: string): CatalogueEntry {
    const entry = this.catalogue().get(name, version);
    if (entry) return entry;
    const shown = name.slice(0, 200);
    const names = this.catalogue().namesOf(name);
    const [only] = names;
    throw new RdzenError(
      'COMPONENT_NOT_FOUND',
      names.length > 1
        ? `"${shown}" can be ${names.slice(0, 5).join(' or ')}. Give the whole name.`
        : only !== undefined
          ? `${only} is not in the catalogue in version ${version?.slice(0, 64)}. There are: ${this.versions(only).slice(0, 10).join(', ')}.`
          : `No component "${shown}" is in the catalogue. Look for it by words: GET /api/v1/catalogue?q=..., or !catalogue.`,
    );
  }

  /** Newest first. */
  versions(name: string): string[] {
    return this.catalogue().versions(name);
  }

  /** @returns the manifest with its digest; undefined where its image was not packed yet, so that it cannot be run */
  async runnable({ manifest }: CatalogueEntry): Promise<RunnableManifest | undefined> {
    return completed(manifest, await this.bindings.of(manifest.name, manifest.version));
  }

  /** @returns the command that packs its image; undefined where there is nothing to pack it of */
  packHint(manifest: Manifest): string | undefined {
    return packHint(manifest, this.settings);
  }

  /** @returns the sources, and what is wrong with the list of them as a whole */
  sources(): { sources: SourceState[]; problem?: string } {
    return {
      sources: this.states,
      ...(this.listProblem !== undefined && { problem: this.listProblem }),
    };
  }

  /** All that was refused, of all sources. */
  refused(): RefusedEntry[] {
    return this.states.flatMap(({ refused }) => refused);
  }

  /**
   * Reads all sources again, with all that lies there by now: not before the reading that is going on has ended, which
   * may have passed by what was put there since. Does not throw for a source that is down.
   */
  reload(from: 'sources' | 'kept' = 'sources'): Promise<SourceState[]> {
    if (this.going) {
      const ended = this.going.catch(() => undefined);
      this.following ??= ended.then(() => {
        this.following = undefined;
        this.stopping.signal.throwIfAborted();
        return this.reload(from);
      });
      return this.following;
    }
    this.going = this.readAll(from).finally(() => (this.going = undefined));
    return this.going;
  }

  private reloadBehind(): void {
    this.reload().catch((error: unknown) => this.tellUnread(error));
  }

  private tellUnread(error: unknown): void {
    this.logger.error(`The catalogue was not read: ${String(error)}`);
  }

  private catalogue(): Catalogue {
    if (!this.read) throw new Error('The catalogue was asked before it was opened.');
    return this.read;
  }

  private async sourceList(): Promise<SourceList> {
    const path = join(catalogueFolder(this.settings), 'sources.json');
    let list: SourceList;
    try {
      list = readSourceList(await readIfThere(path));
    } catch (error) {
      list = { shipped: true, sources: [], wrong: [], problem: (error as Error).message };
    }
    if (list.problem !== undefined && list.problem !== this.listProblem)
      this.logger.warn(`No source of your own is used, because of ${path}. ${list.problem}`);
    this.listProblem = list.problem;
    return list;
  }

  private async readAll(from: 'sources' | 'kept'): Promise<SourceState[]> {
    const list = await this.sourceList();
    const shipped = list.shipped ? [await this.shipped.source()] : [];
    const sources = [...shipped, ...list.sources];
    const readings = await Promise.all(
      sources.map((source) => this.reader.read(source, from, this.stopping.signal)),
    );
    const read = await Promise.all(
      sources.map((source, index) => this.judge(source, readings[index] as SourceReading)),
    );
    const catalogue = new Catalogue(
      read.flatMap(({ entries }) => entries),
      read.flatMap(({ refused }) => refused),
    );
    this.states = [
      ...sources.map((source, index) => stateOf(source, readings[index] as SourceReading, catalogue)),
      ...list.wrong.map(({ name, problem }) => ({
        ...{ name, problem, signed: false, state: 'wrong' as const, entries: 0, refused: [] },
      })),
    ];
    this.tellChanges(catalogue);
    this.read = catalogue;
    return this.states;
  }

  private async judge(
    source: CatalogueSource,
    { content }: SourceReading,
  ): Promise<{ entries: CatalogueEntry[]; refused: RefusedEntry[] }> {
    const refused: RefusedEntry[] = content.refused.map(({ place, reason }) => ({
      ...{ source: source.name, place, reason },
    }));
    const entries: CatalogueEntry[] = [];
    for (const { place, text } of content.entries) {
      // Answers go on meanwhile.
      await nextTurn();
      const entry = readEntry(text, source, place);
      if ('manifest' in entry) entries.push(entry);
      else refused.push(entry);
    }
    const { same, refused: changed } = await this.seen.check(entries);
    return { entries: same, refused: [...refused, ...changed] };
  }

  /** To the log, what was not refused before. */
  private tellChanges(next: Catalogue): void {
    const before = new Set(this.read?.refused.map(textOf));
    for (const refusal of next.refused)
      if (!before.has(textOf(refusal))) this.logger.warn(`Not offered: ${textOf(refusal)}`);
  }

  private schedule(): void {
    this.timer = this.clock.after(this.random.jitter(EVERY_MS, 0.1), () => {
      this.reloadBehind();
      this.schedule();
    });
  }
}

function stateOf(source: CatalogueSource, reading: SourceReading, catalogue: Catalogue): SourceState {
  const { name, kind, location, trust, publicKey } = source;
  const { state, readAt, problem } = reading;
  return {
    ...{ name, kind, location, trust, state, signed: publicKey !== undefined },
    ...(readAt !== undefined && { readAt }),
    ...(problem !== undefined && { problem }),
    entries: catalogue.from(name),
    refused: catalogue.refused.filter((refusal) => refusal.source === name),
  };
}

function textOf({ source, place, name, version, reason }: RefusedEntry): string {
  const what = [name ?? place ?? 'an entry', version].filter(Boolean).join(' ');
  return `${what} of the source ${source}. ${reason}`;
}
