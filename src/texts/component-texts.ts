/** What the assistant says of components and the catalogue. Texts of others come in as they may be shown. */
export interface ComponentTexts extends ComponentConfigTexts {
  /** `asked`: words that were looked for; undefined: everything. `count`: of all, `components` may be fewer. */
  catalogue(values: CatalogueValues): string;
  catalogueRefused(values: {
    count: number;
    entries: readonly { source: string; what: string; reason: string }[];
  }): string;
  sourcesUsage(): string;
  sources(values: SourcesValues): string;
  componentUsage(): string;
  /** `near`: one that may be meant. */
  componentNotFound(values: { name: string; near?: string }): string;
  component(values: ComponentValues): string;
}

/** Of components as they run, and of their settings. */
export interface ComponentConfigTexts {
  componentUnavailable(values: { name: string; reason: string }): string;
  componentStrained(values: { name: string; of: 'memory' | 'processor'; percent: number }): string;
  /** More than it may keep. */
  componentFull(values: { name: string; limitMiB: number }): string;
  configUsage(): string;
  /** The value is known to the room now. */
  configInRoom(): string;
  configSet(values: { name: string; key: string; removed: boolean }): string;
  configRefused(values: { name: string; reason: string }): string;
  config(values: {
    name: string;
    entries: readonly {
      name: string;
      description?: string;
      required: boolean;
      secret: boolean;
      set: boolean;
    }[];
  }): string;
}

export interface CatalogueValues {
  asked?: string;
  count: number;
  components: readonly { name: string; version: string; description: string }[];
  /** How many entries were refused. */
  refused: number;
  /** Sources that are not as they should be; `since`: a last good copy of that time is used. */
  troubled: readonly { name: string; since?: string }[];
}

export interface SourcesValues {
  /** They were read again, and this is offered since: name and version. */
  fresh?: readonly string[];
  sources: readonly {
    name: string;
    /** `stale`: it is down, and what it offered at `readAt` is used; `wrong`: as it is configured it cannot be used. */
    state: 'fresh' | 'stale' | 'down' | 'wrong';
    trust?: 'shipped' | 'trusted' | 'untrusted';
    location?: string;
    readAt?: string;
    problem?: string;
    /** How many components it offers, and how many of its entries were refused. */
    entries: number;
    refused: number;
  }[];
  /** Of the list of sources as a whole. */
  problem?: string;
}

export interface ComponentValues {
  title: string;
  name: string;
  version: string;
  license?: string;
  description: string;
  source: string;
  trust: 'shipped' | 'trusted' | 'untrusted';
  signed: boolean;
  /** Hosts with ports. */
  egress: readonly string[];
  /** Other components. */
  internal: readonly string[];
  keepsMiB?: number;
  /** It runs all the time, for others. */
  service?: boolean;
  memoryMiB: number;
  tools: readonly { effect: 'read' | 'write' | 'destructive'; names: readonly string[] }[];
  examples: readonly string[];
  /** Of what is installed by this name. */
  installed?: { version: string; state: 'installing' | 'canary' | 'active' | 'quarantined' };
  /** Whether there is an image to run. */
  packed: boolean;
  /** The command that packs its image. */
  pack?: string;
}

/** The first few, and how many more. */
export function someOf(names: readonly string[], more: (count: number) => string, most = 8): string {
  const shown = names.slice(0, most).map((name) => `\`${name}\``);
  return names.length > most ? `${shown.join(', ')} ${more(names.length - most)}` : shown.join(', ');
}
