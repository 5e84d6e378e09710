/** A value a column can hold. Booleans are stored as 0 and 1, structures as JSON text. */
export type SqlValue = string | number | bigint | Buffer | null;
export type Row = Record<string, SqlValue>;

/** Statements inside or outside a transaction. `?` marks a parameter. */
export interface Queries {
  all<T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T[]>;
  get<T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T | undefined>;
  /** @returns how many rows the statement changed. */
  run(sql: string, ...parameters: SqlValue[]): Promise<number>;
}

/** The statements of one open transaction. */
export type Transaction = Queries;

/** A feature's tables: `statements` run once, in order of `version`, each set inside one transaction. */
export interface Migration {
  /** The owning folder, such as `journal`. */
  feature: string;
  version: number;
  statements: string[];
}

/**
 * The durable store. When a write resolves it has reached the disk (synchronous=FULL): a crash right after loses
 * nothing. Errors of the driver pass through, except a damaged file: RdzenError STORE_DAMAGED.
 */
export abstract class Store implements Queries {
  /** How many writes were refused because the disk has no room. */
  refusals = 0;

  abstract all<T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T[]>;
  abstract get<T = Row>(sql: string, ...parameters: SqlValue[]): Promise<T | undefined>;
  abstract run(sql: string, ...parameters: SqlValue[]): Promise<number>;

  /**
   * Runs `work` alone: no other statement of this store comes between. Commits when it resolves, rolls back when it
   * throws. Only `tx` may be used inside; awaiting anything but `tx` there holds up everybody.
   */
  abstract transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;

  /** Brings the tables up to date. */
  abstract migrate(migrations: readonly Migration[]): Promise<void>;

  abstract close(): Promise<void>;
}
