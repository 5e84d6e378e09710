import { MIGRATIONS } from '../../../src/app.module';
import type { Dice } from './dice';
import { LibsqlStore } from '../../../src/storage/libsql-store';
import type { Migration, Queries, SqlValue } from '../../../src/storage/store';

/** One change of a row that matters, told after its commit. */
export type DiskChange =
  | {
      what: 'accepted';
      id: string;
      state: string;
      kind: string;
      lane: string;
      at: number;
      reason: string | null;
    }
  | { what: 'moved'; id: string; from: string; to: string; attempt: number; reason: string | null }
  | { what: 'epoch'; epoch: number; active: number }
  | { what: 'transition'; epoch: number; from: number; to: number; by: string }
  | { what: 'opened'; historyBefore: number }
  | { what: 'repair'; core: number; step: string; at: number }
  | { what: 'hold'; subject: number; kind: string; held: true; forMs: number | null }
  | { what: 'hold'; subject: number; kind: string; held: false }
  | { what: 'member'; id: number; lock: string; phase: string }
  | { what: 'notice'; key: string; postId: string; roomId: string; threadId: string | null };

const WATCHED = /inbox|cluster|transitions|notices|journal_facts|repairs|holds|further_cores/i;
const WRITES = /^\s*(insert|update|delete)/i;

let named = 0;
function note(when: string, fields: string): string {
  return `CREATE TRIGGER sim_note_${++named} ${when} BEGIN INSERT INTO sim_notes (body) VALUES (json_object('what', ${fields})); END`;
}

/** Triggers write down what changes, inside the transaction that changes it: a rollback takes the note along. */
const NOTES: Migration = {
  feature: 'simulation',
  version: 1,
  statements: [
    'CREATE TABLE sim_notes (n INTEGER PRIMARY KEY, body TEXT NOT NULL)',
    note(
      'AFTER INSERT ON inbox',
      "'accepted', 'id', new.id, 'state', new.state, 'kind', new.kind, 'lane', new.lane, 'at', new.at, 'reason', new.reason",
    ),
    note(
      'AFTER UPDATE OF state ON inbox WHEN old.state <> new.state',
      "'moved', 'id', new.id, 'from', old.state, 'to', new.state, 'attempt', new.attempt, 'reason', new.reason",
    ),
    note('AFTER INSERT ON cluster', "'epoch', 'epoch', new.epoch, 'active', new.active"),
    note('AFTER UPDATE ON cluster', "'epoch', 'epoch', new.epoch, 'active', new.active"),
    note(
      'AFTER INSERT ON transitions',
      "'transition', 'epoch', new.epoch, 'from', new.from_core, 'to', new.to_core, 'by', new.by",
    ),
    note(
      "AFTER INSERT ON journal_facts WHEN new.name = 'history-before'",
      "'opened', 'historyBefore', CAST(new.value AS INTEGER)",
    ),
    note(
      "AFTER UPDATE ON journal_facts WHEN new.name = 'history-before'",
      "'opened', 'historyBefore', CAST(new.value AS INTEGER)",
    ),
    note('AFTER INSERT ON repairs', "'repair', 'core', new.core, 'step', new.step, 'at', new.at"),
    note(
      'AFTER INSERT ON holds',
      "'hold', 'subject', new.subject, 'kind', new.kind, 'held', json('true'), 'forMs', new.until - new.since",
    ),
    note('AFTER DELETE ON holds', "'hold', 'subject', old.subject, 'kind', old.kind, 'held', json('false')"),
    note('AFTER INSERT ON further_cores', "'member', 'id', new.id, 'lock', new.lock, 'phase', new.phase"),
    note('AFTER UPDATE ON further_cores', "'member', 'id', new.id, 'lock', new.lock, 'phase', new.phase"),
    note(
      'AFTER INSERT ON notices',
      "'notice', 'key', new.key, 'postId', new.post_id, 'roomId', new.room_id, 'threadId', new.thread_id",
    ),
  ],
};

type Write = readonly [sql: string, values: readonly SqlValue[]];

/**
 * What the gateway's disk holds, over all its lives: the real store in memory. A commit that returned is kept; whatever
 * was not committed when the process died is gone. With `forgets` the last commits before a crash are gone as well, as
 * on a store that does not sync: to prove that this does not go unnoticed.
 */
export class Disk {
  private store = new LibsqlStore(':memory:');
  private commits: Write[][] = [];
  /** Share of the writes that fail; 1: the disk is full. */
  fails = 0;

  constructor(
    private readonly onChange: (change: DiskChange) => void,
    private readonly forgets: number,
    private readonly dice: Dice,
  ) {}

  async open(): Promise<void> {
    await this.store.migrate([...MIGRATIONS, NOTES]);
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  all<T>(sql: string, ...values: SqlValue[]): Promise<T[]> {
    return this.store.all<T>(sql, ...values);
  }

  async run(sql: string, ...values: SqlValue[]): Promise<number> {
    this.refuseIfFull(sql);
    const changed = await this.store.run(sql, ...values);
    if (this.forgets > 0) this.commits.push([[sql, values]]);
    if (WATCHED.test(sql)) await this.tellChanges();
    return changed;
  }

  /** Rolls back where `work` rejects. */
  async transaction<T>(work: (tx: Queries) => Promise<T>): Promise<T> {
    const writes: Write[] = [];
    const result = await this.store.transaction((tx) =>
      work({
        all: (sql, ...values) => tx.all(sql, ...values),
        get: (sql, ...values) => tx.get(sql, ...values),
        run: async (sql, ...values) => {
          this.refuseIfFull(sql);
          const changed = await tx.run(sql, ...values);
          writes.push([sql, values]);
          return changed;
        },
      }),
    );
    if (this.forgets > 0 && writes.length > 0) this.commits.push(writes);
    if (writes.some(([sql]) => WATCHED.test(sql))) await this.tellChanges();
    return result;
  }

  /** The process died. */
  async crash(): Promise<void> {
    if (this.forgets === 0) return;
    const kept = this.commits.slice(0, Math.max(0, this.commits.length - this.forgets));
    await this.store.close();
    this.store = new LibsqlStore(':memory:');
    this.commits = kept;
    await this.open();
    for (const writes of kept) for (const [sql, values] of writes) await this.store.run(sql, ...values);
    await this.store.run('DELETE FROM sim_notes');
  }

  private refuseIfFull(sql: string): void {
    if (this.fails === 0 || !WRITES.test(sql) || !this.dice.chance(this.fails)) return;
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  }

  private async tellChanges(): Promise<void> {
    // In one statement: several commits may be told of at the same time.
    const rows = await this.store.all<{ n: number; body: string }>('DELETE FROM sim_notes RETURNING n, body');
    for (const { body } of rows.sort((a, b) => a.n - b.n)) this.onChange(JSON.parse(body) as DiskChange);
  }
}
