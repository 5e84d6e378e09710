import MiniSearch from 'minisearch';
import { compare } from 'semver';
import { blockOf } from '../manifest/manifest';
import type { CatalogueEntry, RefusedEntry } from './catalogue-entry';
import { NameGuard } from './name-guard';
import { moreTrusted, TRUST } from './trust';

/** How much more a word counts where it stands; the weights of Docker's own catalogue search are of this kind. */
const WEIGHTS = { name: 4, title: 3, intents: 3, examples: 2, tools: 2, description: 1 };

export interface Found {
  entry: CatalogueEntry;
  /** Comparable within one search only. */
  score: number;
}

/**
 * All that the sources offer, in its newest version first. A version is given once: of two that differ the more trusted
 * one is taken, and neither where both are trusted the same. A name that looks like one of a more trusted source, or that
 * an untrusted source took over from a trusted one, is not taken.
 */
export class Catalogue {
  private readonly byName = new Map<string, CatalogueEntry[]>();
  private readonly index = new MiniSearch<Indexed>({
    fields: Object.keys(WEIGHTS),
    searchOptions: {
      boost: WEIGHTS,
      prefix: (term) => term.length > 3,
      fuzzy: (term) => (term.length > 5 ? 0.2 : 0),
    },
    processTerm: plain,
  });
  private readonly names = new NameGuard();
  readonly refused: RefusedEntry[];

  constructor(entries: readonly CatalogueEntry[], refused: readonly RefusedEntry[] = []) {
    this.refused = [...refused];
    const trusted = [...entries].sort((a, b) => TRUST.indexOf(a.trust) - TRUST.indexOf(b.trust));
    const offers = new Map<string, CatalogueEntry[]>();
    for (const entry of trusted) {
      const { name } = entry.manifest;
      offers.set(name, [...(offers.get(name) ?? []), entry]);
    }
    for (const entry of trusted) this.add(entry, offers.get(entry.manifest.name) ?? []);
    for (const [name, versions] of this.byName) {
      versions.sort((a, b) => compare(b.manifest.version, a.manifest.version));
      const [newest] = versions;
      if (newest) this.index.add(indexed(name, newest));
    }
  }

  /** The newest version of each, by name. */
  get all(): CatalogueEntry[] {
    return [...this.byName.keys()].sort().flatMap((name) => this.byName.get(name)?.[0] ?? []);
  }

  /**
   * @param name in full, or its last part where that is clear
   * @param version exact; undefined: the newest
   */
  get(name: string, version?: string): CatalogueEntry | undefined {
    const names = this.namesOf(name);
    const versions = names.length === 1 ? this.byName.get(names[0] ?? '') : undefined;
    return version === undefined
      ? versions?.[0]
      : versions?.find(({ manifest }) => manifest.version === version);
  }

  /** How many entries of a source are taken, in all versions. */
  from(source: string): number {
    return [...this.byName.values()].flat().filter((entry) => entry.source === source).length;
  }

  /** Every full name that a full or short one can mean. */
  namesOf(name: string): string[] {
    if (this.byName.has(name)) return [name];
    return [...this.byName.keys()].filter((known) => known.endsWith(`/${name}`)).sort();
  }

  versions(name: string): string[] {
    return (this.byName.get(name) ?? []).map(({ manifest }) => manifest.version);
  }

  /** By words of people, in any language the entries have phrases in; best first. */
  search(words: string, most = 10): Found[] {
    return this.index
      .search(words)
      .slice(0, most)
      .flatMap(({ id, score }) => {
        const entry = this.byName.get(String(id))?.[0];
        return entry ? [{ entry, score }] : [];
      });
  }

  /** @param offers all entries of that name, the most trusted first */
  private add(entry: CatalogueEntry, offers: readonly CatalogueEntry[]): void {
    const { name, version } = entry.manifest;
    const refuse = (reason: string): void =>
      void this.refused.push({ source: entry.source, name, version, reason });
    const twin = offers.find(
      (other) =>
        other !== entry &&
        other.manifest.version === version &&
        other.content !== entry.content &&
        !moreTrusted(entry.trust, other.trust),
    );
    if (twin)
      return refuse(
        `Version ${version} is there twice with different contents (also in ${twin.source}); a version is given once.`,
      );
    const [owner] = offers;
    if (owner && entry.trust === 'untrusted' && moreTrusted(owner.trust, entry.trust))
      return refuse(`The name belongs to the source ${owner.source}, which is trusted more.`);
    const model = this.names.likeness(name);
    if (model !== undefined) return refuse(`Its name looks like ${model}, which is another component.`);
    const versions = this.byName.get(name) ?? [];
    if (versions.some(({ manifest }) => manifest.version === version)) return;
    this.names.add(name);
    this.byName.set(name, [...versions, entry]);
  }
}

interface Indexed {
  id: string;
  name: string;
  title: string;
  description: string;
  intents: string;
  examples: string;
  tools: string;
}

function indexed(id: string, { manifest }: CatalogueEntry): Indexed {
  const { intents = {}, examples = {}, tools = [] } = blockOf(manifest);
  return {
    id,
    name: manifest.name,
    title: manifest.title ?? '',
    description: manifest.description,
    intents: Object.values(intents).flat().join(' '),
    examples: Object.values(examples).flat().join(' '),
    tools: tools.map(({ name }) => name.replace(/[_.-]/g, ' ')).join(' '),
  };
}

/** Without case and marks, so that `godzinę` and `godzine` are one word. */
function plain(term: string): string {
  return term.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ł', 'l');
}
