import { isDiskFull } from '../../../src/storage/disk-full';
import { Store, type Queries, type SqlValue, type Transaction } from '../../../src/storage/store';
import type { Dice } from './dice';
import type { Disk } from './disk';
import type { Life } from './life';
import type { Clock } from '../../../src/shared/clock';

class Died extends Error {}

/** How the disk keeps one process waiting. */
export interface DiskPace {
  clock: Clock;
  dice: Dice;
  /** Share of the calls that take some milliseconds. */
  slow: number;
  mostMs: number;
}

/**
 * The store as one process holds it: one connection, so that a slow call holds up those made after it and none overtakes
 * another. A point lies before and after each statement and each transaction; they carry the statement's first words, so
 * that the point tells what was being written.
 */
export class MortalStore extends Store {
  private reached: Promise<void> = Promise.resolve();

  constructor(
    private readonly disk: Disk,
    private readonly life: Life,
    private readonly pace: DiskPace,
  ) {
    super();
  }

  all<T>(sql: string, ...values: SqlValue[]): Promise<T[]> {
    return this.guard(`Store.all(${brief(sql)})`, () => this.disk.all<T>(sql, ...values));
  }

  async get<T>(sql: string, ...values: SqlValue[]): Promise<T | undefined> {
    const [row] = await this.guard(`Store.get(${brief(sql)})`, () => this.disk.all<T>(sql, ...values));
    return row;
  }

  run(sql: string, ...values: SqlValue[]): Promise<number> {
    return this.guard(`Store.run(${brief(sql)})`, () => this.disk.run(sql, ...values));
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    let name = 'transaction';
    const within = <R>(sql: string, call: () => Promise<R>): Promise<R> => {
      const point = `Store.tx(${brief(sql)})`;
      name = point;
      // It must fail, not hang: only so the store rolls back what the dead process had begun.
      if (this.life.reach(`${point}#before`)) return Promise.reject(new Died());
      return call().then((result) => {
        if (this.life.reach(`${point}#after`)) throw new Died();
        return result;
      });
    };
    const guarded = (tx: Queries): Transaction => ({
      all: (sql, ...values) => within(sql, () => tx.all(sql, ...values)),
      get: (sql, ...values) => within(sql, () => tx.get(sql, ...values)),
      run: (sql, ...values) => within(sql, () => tx.run(sql, ...values)),
    });
    return this.guard('Store.transaction', () =>
      this.disk
        .transaction((tx) => work(guarded(tx)))
        .then((result) => {
          this.life.reach(`Store.commit(${name})#after`);
          return result;
        }),
    );
  }

  /** The tables were made with the disk. */
  migrate(): Promise<void> {
    return Promise.resolve();
  }

  /** The disk outlives the process. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  private async guard<T>(point: string, call: () => Promise<T>): Promise<T> {
    if (this.pace.slow > 0) await this.turn();
    if (this.life.reach(`${point}#before`)) return new Promise(() => undefined);
    const made = call();
    made.catch((error: unknown) => {
      if (isDiskFull(error)) this.refusals++;
    });
    return this.life.receive(made, `${point}#after`);
  }

  /** Once every call made before has reached the disk, and this one as well. */
  private turn(): Promise<void> {
    const { slow, mostMs, dice, clock } = this.pace;
    if (dice.chance(slow)) {
      const ms = dice.whole(1, mostMs);
      this.reached = this.reached.then(() => clock.sleep(ms));
    }
    return this.reached;
  }
}

const known = new Map<string, string>();

/** `UPDATE inbox SET state = 'posting' WHERE ...` -> `UPDATE inbox SET state = 'posting'` */
function brief(sql: string): string {
  let words = known.get(sql);
  if (words === undefined) {
    words = sql
      .replace(/\s+/g, ' ')
      .replace(/ \(.*| VALUES .*| WHERE .*| ORDER .*/, (tail) => (/^ WHERE/.test(tail) ? where(tail) : ''))
      .slice(0, 90);
    known.set(sql, words);
  }
  return words;
}

/** Statements of one table often differ in nothing but what they look for. */
function where(tail: string): string {
  return ` BY ${[...tail.matchAll(/\b([a-z_]+) (?:=|IN|<|>)/g)].map(([, column]) => column).join(',')}`;
}
