import Database from 'libsql';
import { RdzenError } from '../shared/rdzen-error';
import { isDiskFull } from './disk-full';
import { Store, type Migration, type Queries, type Row, type SqlValue, type Transaction } from './store';

type Statement = Database.Statement;

/**
 * {@link Store} over an embedded SQLite file. One connection; statements run one after another, so a transaction that
 * awaits cannot interleave with anything else.
 */
export class LibsqlStore extends Store {
  private readonly database: Database.Database;
  private readonly statements = new Map<string, Statement>();
  private tail: Promise<unknown> = Promise.resolve();
  private closed = false;

  /** @param file a path, or `:memory:`. */
  constructor(private readonly file: string) {
    super();
    this.database = new Database(file);
    this.database.exec('PRAGMA journal_mode = WAL');
    this.database.exec('PRAGMA synchronous = FULL');
    this.database.exec('PRAGMA foreign_keys = ON');
    this.database.exec('PRAGMA busy_timeout = 5000');
  }

  /**
   * @param withoutIt what moving the file aside means; ends the advice.
   * @throws RdzenError STORE_DAMAGED when the file is no sound database.
   */
  static open(
    file: string,
    withoutIt = 'questions of the last hour are read back from the chat server and nothing is answered twice',
  ): LibsqlStore {
    try {
      const store = new LibsqlStore(file);
      const [row] = store.direct.allNow<{ quick_check: string }>('PRAGMA quick_check');
      if (row?.quick_check !== 'ok') throw new Error(row?.quick_check ?? 'no answer');
      return store;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new RdzenError(
        'STORE_DAMAGED',
        `The database ${file} cannot be read (${cause}). Move it aside and start again: ${withoutIt}.`,
        { cause: error },
      );
    }
  }

  all<T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T[]> {
    return this.exclusively(() => this.direct.all<T>(sql, ...parameters));
  }

  get<T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T | undefined> {
    return this.exclusively(() => this.direct.get<T>(sql, ...parameters));
  }

  run(sql: string, ...parameters: SqlValue[]): Promise<number> {
    return this.exclusively(() => this.direct.run(sql, ...parameters));
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.exclusively(async () => {
      this.database.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(this.direct);
        this.database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.database.inTransaction) this.database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async migrate(migrations: readonly Migration[]): Promise<void> {
    await this.run(
      'CREATE TABLE IF NOT EXISTS migrations (feature TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (feature, version))',
    );
    const ordered = [...migrations].sort(
      (a, b) => a.feature.localeCompare(b.feature) || a.version - b.version,
    );
    for (const { feature, version, statements } of ordered) {
      await this.transaction(async (tx) => {
        const done = await tx.get(
          'SELECT 1 FROM migrations WHERE feature = ? AND version = ?',
          feature,
          version,
        );
        if (done) return;
        for (const statement of statements) await tx.run(statement);
        await tx.run('INSERT INTO migrations (feature, version) VALUES (?, ?)', feature, version);
      });
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    await this.exclusively(() => {
      this.closed = true;
      this.statements.clear();
      this.database.close();
      return Promise.resolve();
    });
  }

  private readonly direct = {
    all: <T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T[]> =>
      Promise.resolve(this.direct.allNow<T>(sql, ...parameters)),
    get: <T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T | undefined> =>
      Promise.resolve(this.direct.allNow<T>(sql, ...parameters)[0]),
    run: (sql: string, ...parameters: SqlValue[]): Promise<number> =>
      // As one list: the driver takes a lone null or blob for a set of named parameters.
      Promise.resolve(Number(this.statement(sql).run(parameters).changes)),
    allNow: <T>(sql: string, ...parameters: SqlValue[]): T[] => {
      const rows = this.statement(sql).all(parameters) as Record<string, unknown>[];
      for (const row of rows) {
        for (const key in row) if (row[key] instanceof ArrayBuffer) row[key] = Buffer.from(row[key]);
      }
      return rows as T[];
    },
  } satisfies Queries & Record<string, unknown>;

  private statement(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(() => {
      if (this.closed) throw new Error(`The store ${this.file} is closed`);
      return work();
    });
    this.tail = result.catch((error: unknown) => {
      if (isDiskFull(error)) this.refusals++;
    });
    return result;
  }
}
