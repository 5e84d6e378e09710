import { glance, lookAlike } from './look-alike';

/** Finds among many names one that somebody could take for a given one, without comparing it with each of them. */
export class NameGuard {
  private readonly byGlance = new Map<string, string>();
  private readonly byPart = new Map<string, Set<string>>();

  add(name: string): void {
    if (!this.byGlance.has(glance(name))) this.byGlance.set(glance(name), name);
    for (const part of partsOf(name))
      this.byPart.set(part, (this.byPart.get(part) ?? new Set<string>()).add(name));
  }

  /** A known name that looks like this one and is another. */
  likeness(name: string): string | undefined {
    const atAGlance = this.byGlance.get(glance(name));
    if (atAGlance !== undefined && atAGlance !== name) return atAGlance;
    for (const part of partsOf(name))
      for (const known of this.byPart.get(part) ?? [])
        if (Math.abs(known.length - name.length) <= 1 && lookAlike(known, name)) return known;
    return undefined;
  }
}

/** Names that look alike have their namespace in common, or their last part, or look the same at a glance. */
function partsOf(name: string): string[] {
  const [space = '', last = ''] = name.split('/');
  return [`${space}/`, `/${last}`];
}
