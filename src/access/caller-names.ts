import { Injectable } from '@nestjs/common';

/** Names of those who called last. */
const MOST_KEPT = 1_000;

/**
 * What callers go by, as the doors they came in by know it: `@username` in the chat, the name of the key at the API. Their id
 * decides who they are; a name may change, so what they do is written down under both.
 */
@Injectable()
export class CallerNames {
  private readonly names = new Map<string, string>();

  /** @param id `chat:<user id>` or `api:<key id>` */
  note(id: string, name: string): void {
    if (name === '') return;
    this.names.delete(id);
    this.names.set(id, name);
    const [oldest] = this.names.keys();
    if (this.names.size > MOST_KEPT && oldest !== undefined) this.names.delete(oldest);
  }

  /** Undefined: it did not call since the start, or is nobody. */
  of(id: string): string | undefined {
    return this.names.get(id);
  }

  /** For people: see {@link shownName}. */
  shown(id: string): string {
    return shownName(id, this.of(id));
  }
}

/** `@ann`, `backup script (API)`, or the id where no name is known. */
export function shownName(id: string, name?: string): string {
  if (name === undefined) return id;
  return id.startsWith('api:') ? `${name} (API)` : name;
}
