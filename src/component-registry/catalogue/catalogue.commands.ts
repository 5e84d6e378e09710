import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../../commands/chat-command';
import type { Language } from '../../config/settings';
import { editDistance } from '../../shared/edit-distance';
import { RdzenError } from '../../shared/rdzen-error';
import { utcStamp } from '../../shared/utc-stamp';
import { texts } from '../../texts/texts';
import { InstalledComponents } from '../installed/installed-components';
import { blockOf, DEFAULT_RESOURCES, EFFECTS } from '../manifest/manifest';
import type { CatalogueEntry } from './catalogue-entry';
import { CatalogueService } from './catalogue.service';
import { forChat } from '../../shared/for-chat';

const MOST_LISTED = 20;
const MOST_FOUND = 5;
const EXAMPLES_SHOWN = 2;
const MOST_TYPOS = 2;
/** What `!catalogue` shows besides components; no component can be looked for by it alone. */
const REFUSED = 'refused';
/** What `!sources` is told to read them again. */
const RELOAD = ['reload', 'wczytaj'];

@Injectable()
export class CatalogueCommands {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly installed: InstalledComponents,
  ) {}

  @ChatCommand({ name: 'catalogue', audience: 'everyone' })
  async list({ arguments: words, language }: CommandCall): Promise<string> {
    const text = texts(language);
    await this.catalogue.opened();
    const asked = words.join(' ').slice(0, 200);
    if (asked === REFUSED) return this.refused(language);
    const entries =
      asked === ''
        ? this.catalogue.list()
        : this.catalogue.search(asked, MOST_FOUND).map(({ entry }) => entry);
    const sources = this.catalogue.sources().sources.filter(({ state }) => state !== 'fresh');
    return text.catalogue({
      asked: asked === '' ? undefined : forChat(asked),
      count: entries.length,
      components: entries.slice(0, MOST_LISTED).map((entry) => this.line(entry, language)),
      refused: this.catalogue.refused().length,
      troubled: sources.map(({ name, state, readAt }) => ({
        name: forChat(name),
        ...(state === 'stale' && readAt !== undefined && { since: utcStamp(readAt) }),
      })),
    });
  }

  @ChatCommand({ name: 'sources', audience: 'operator' })
  async sources({ arguments: [word, ...more], language }: CommandCall): Promise<string> {
    const text = texts(language);
    if (more.length > 0 || (word !== undefined && !RELOAD.includes(word))) return text.sourcesUsage();
    await this.catalogue.opened();
    const before = new Set(this.offered());
    if (word !== undefined) await this.catalogue.reload();
    const { sources, problem } = this.catalogue.sources();
    return text.sources({
      ...(word !== undefined && { fresh: this.offered().filter((offer) => !before.has(offer)) }),
      sources: sources.map((source) => ({
        ...{ name: forChat(source.name), state: source.state, entries: source.entries },
        ...(source.trust !== undefined && { trust: source.trust }),
        ...(source.location !== undefined && { location: forChat(source.location) }),
        ...(source.readAt !== undefined && { readAt: utcStamp(source.readAt) }),
        ...(source.problem !== undefined && { problem: forChat(source.problem) }),
        refused: source.refused.length,
      })),
      ...(problem !== undefined && { problem: forChat(problem) }),
    });
  }

  @ChatCommand({ name: 'component', audience: 'everyone' })
  async component({ arguments: words, language }: CommandCall): Promise<string> {
    const text = texts(language);
    const [name, version, ...more] = words;
    if (name === undefined || more.length > 0) return text.componentUsage();
    await this.catalogue.opened();
    let entry: CatalogueEntry;
    try {
      entry = this.catalogue.get(name, version);
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      const near = this.nearest(name);
      return text.componentNotFound({
        name: forChat(name),
        ...(near !== undefined && { near }),
      });
    }
    const { manifest, source, trust, signed } = entry;
    const block = blockOf(manifest);
    const runnable = await this.catalogue.runnable(entry);
    const { network = 'none', filesystem = {} } = block.permissions ?? {};
    const installed = this.installed.get(manifest.name);
    const pack = this.catalogue.packHint(manifest);
    const { memoryMiB } = { ...DEFAULT_RESOURCES, ...block.resources };
    return text.component({
      title: forChat(manifest.title ?? shortOf(manifest.name)),
      name: manifest.name,
      version: manifest.version,
      ...(block.license !== undefined && { license: forChat(block.license) }),
      description: descriptionOf(entry, language),
      source,
      trust,
      signed,
      egress: typeof network === 'object' && 'egress' in network ? network.egress.map(forChat) : [],
      internal: typeof network === 'object' && 'internal' in network ? network.internal.map(forChat) : [],
      ...(filesystem.state && { keepsMiB: filesystem.state.maxMiB }),
      service: block.kind === 'service',
      memoryMiB,
      tools: EFFECTS.map((effect) => ({
        effect,
        names: (block.tools ?? []).filter((tool) => tool.effect === effect).map((tool) => tool.name),
      })).filter(({ names }) => names.length > 0),
      examples: (block.examples?.[language] ?? block.examples?.en ?? [])
        .slice(0, EXAMPLES_SHOWN)
        .map(forChat),
      ...(installed && installed.state !== 'removed'
        ? { installed: { version: installed.lock.version, state: installed.state } }
        : {}),
      packed: runnable !== undefined,
      ...(pack !== undefined && { pack }),
    });
  }

  /** The newest of each. */
  private offered(): string[] {
    return this.catalogue.list().map((entry) => `${this.nameOf(entry)} ${entry.manifest.version}`);
  }

  /** The name that a mistyped one most likely means. */
  private nearest(given: string): string | undefined {
    const names = this.catalogue.list().map(({ manifest: { name } }) => shortOf(name));
    const near = names
      .map((name) => ({ name, distance: editDistance(name, shortOf(given).slice(0, 100)) }))
      .sort((a, b) => a.distance - b.distance)[0];
    return near && near.distance <= MOST_TYPOS ? near.name : undefined;
  }

  private refused(language: Language): string {
    const refused = this.catalogue.refused();
    return texts(language).catalogueRefused({
      count: refused.length,
      entries: refused.slice(0, MOST_LISTED).map(({ source, place, name, version, reason }) => ({
        source: forChat(source),
        what: forChat([name ?? place ?? '?', version].filter(Boolean).join(' ')),
        reason: forChat(reason),
      })),
    });
  }

  private line(
    entry: CatalogueEntry,
    language: Language,
  ): { name: string; version: string; description: string } {
    const { version } = entry.manifest;
    return { name: this.nameOf(entry), version, description: descriptionOf(entry, language) };
  }

  /** Its last part where that is clear. */
  private nameOf({ manifest: { name } }: CatalogueEntry): string {
    const short = shortOf(name);
    const clear =
      this.catalogue.list().filter((other) => shortOf(other.manifest.name) === short).length === 1;
    return clear ? short : name;
  }
}

function descriptionOf({ manifest }: CatalogueEntry, language: Language): string {
  return forChat(blockOf(manifest).descriptions?.[language] ?? manifest.description);
}

function shortOf(name: string): string {
  return name.split('/').at(-1) ?? name;
}
