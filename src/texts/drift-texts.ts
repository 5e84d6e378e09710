type Effect = 'read' | 'write' | 'destructive';

/** What came, and what went. */
export interface NameChange {
  added: readonly string[];
  removed: readonly string[];
}

/** What an upgrade would change, held against the lock that is in force. */
export interface DriftValues {
  from: string;
  to: string;
  /** Hosts with ports, and other components. */
  reach: NameChange;
  /** Of what it keeps, MiB; 0: nothing. */
  keeps?: { from: number; to: number };
  limits: readonly { of: 'memory' | 'processors' | 'processes'; from: number; to: number }[];
  secrets: NameChange;
  settings: NameChange & { changed: readonly string[] };
  /** It is started with other arguments. */
  program: boolean;
  tools: {
    added: readonly { name: string; effect: Effect; egress: boolean }[];
    removed: readonly string[];
    texts: readonly string[];
    schemas: readonly string[];
    effects: readonly { name: string; from: Effect; to: Effect; egress: boolean }[];
  };
}

export interface DriftTexts {
  /** One to six points, each without a mark before it. */
  drift(values: DriftValues): string[];
}

const SHOWN = 6;

/** The first few, and how many more there are. */
export function few(names: readonly string[], more: (count: number) => string): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} ${more(names.length - SHOWN)}` : shown;
}
