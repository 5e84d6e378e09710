import {
  Store,
  type Migration,
  type Queries,
  type Row,
  type SqlValue,
  type Transaction,
} from '../../src/storage/store';
import { stamp } from './clock';

/** The store as it is, with a note of how long each write took, its wait for its turn included. */
export class TimedStore extends Store {
  /** Milliseconds. */
  readonly writes: number[] = [];

  constructor(private readonly store: Store) {
    super();
  }

  all<T = Row>(...query: Parameters<Queries['all']>): Promise<T[]> {
    return this.store.all<T>(...query);
  }

  get<T = Row>(...query: Parameters<Queries['get']>): Promise<T | undefined> {
    return this.store.get<T>(...query);
  }

  run(sql: string, ...parameters: SqlValue[]): Promise<number> {
    return this.timed(() => this.store.run(sql, ...parameters));
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.timed(() => this.store.transaction(work));
  }

  migrate(migrations: readonly Migration[]): Promise<void> {
    return this.store.migrate(migrations);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  private async timed<T>(write: () => Promise<T>): Promise<T> {
    const began = stamp();
    const result = await write();
    this.writes.push(stamp() - began);
    return result;
  }
}
