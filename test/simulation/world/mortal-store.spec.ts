import { LibsqlStore } from '../../../src/storage/libsql-store';
import type { Store } from '../../../src/storage/store';
import { VirtualClock } from '../../support/virtual-clock';
import { Dice } from './dice';
import { Disk } from './disk';
import { Life } from './life';
import { MortalStore } from './mortal-store';

const NUMBERS = Array.from({ length: 40 }, (_, index) => index + 1);

/** One write after the other is asked for, none waited for; every fifth is a transaction. */
async function order(store: Store): Promise<number[]> {
  await Promise.all(
    NUMBERS.map((n) => {
      const values = [`k${n}`, n] as const;
      const sql = 'INSERT INTO facts (name, value) VALUES (?, ?)';
      return n % 5 === 0 ? store.transaction((tx) => tx.run(sql, ...values)) : store.run(sql, ...values);
    }),
  );
  return (await store.all<{ value: number }>('SELECT value FROM facts ORDER BY rowid')).map(
    ({ value }) => value,
  );
}

const TABLE = 'CREATE TABLE facts (name TEXT, value INTEGER)';

describe(MortalStore.name, () => {
  it('writes in the order it was asked to, however slow the disk, as the real store does', async () => {
    const real = new LibsqlStore(':memory:');
    await real.run(TABLE);
    expect(await order(real)).toEqual(NUMBERS);
    await real.close();

    for (const slow of [0, 0.3, 1]) {
      const clock = new VirtualClock();
      const disk = new Disk(() => undefined, 0, new Dice(1, 'disk'));
      await disk.run(TABLE);
      const sut = new MortalStore(disk, new Life(() => false), {
        ...{ clock, dice: new Dice(1, 'pace'), slow, mostMs: 80 },
      });
      const written = order(sut);
      await clock.advance(10_000);
      expect(await written).toEqual(NUMBERS);
      await disk.close();
    }
  });

  it('holds up everything behind a slow call', async () => {
    const clock = new VirtualClock();
    const disk = new Disk(() => undefined, 0, new Dice(1, 'disk'));
    await disk.run(TABLE);
    const sut = new MortalStore(disk, new Life(() => false), {
      ...{ clock, dice: new Dice(1, 'pace'), slow: 1, mostMs: 1 },
    });
    const ended: number[] = [];
    for (const n of [1, 2, 3])
      void sut
        .run('INSERT INTO facts (name, value) VALUES (?, ?)', 'k', n)
        .then(() => ended.push(clock.monotonic()));
    const begun = clock.monotonic();
    await clock.advance(10);
    expect(ended.map((at) => at - begun)).toEqual([1, 2, 3]);
    await disk.close();
  });
});
