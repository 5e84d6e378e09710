import { join } from 'node:path';
import { LibsqlStore } from '../../src/storage/libsql-store';

/** What the gateway's journal says of questions; the gateway must have ended. */
export class JournalNotes {
  private constructor(
    private readonly notes: ReadonlyMap<string, { state: string; reason: string | null }>,
  ) {}

  static async read(dataFolder: string): Promise<JournalNotes> {
    const store = new LibsqlStore(join(dataFolder, 'rdzen.db'));
    try {
      const rows = await store.all<{ id: string; state: string; reason: string | null }>(
        'SELECT id, state, reason FROM inbox',
      );
      return new JournalNotes(new Map(rows.map(({ id, ...note }) => [id, note])));
    } finally {
      await store.close();
    }
  }

  /** Ids of those that its limits kept out. */
  get refused(): Set<string> {
    return new Set([...this.notes].filter(([, { state }]) => state === 'rejected').map(([id]) => id));
  }

  of(messageId: string | undefined): string {
    const note = messageId === undefined ? undefined : this.notes.get(messageId);
    return note ? `${note.state}${note.reason ? ` (${note.reason})` : ''}` : 'unknown to the journal';
  }
}
