import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibsqlStore } from './libsql-store';
import type { Migration } from './store';

const TABLE: Migration = {
  feature: 'test',
  version: 1,
  statements: ['CREATE TABLE t (id INTEGER PRIMARY KEY, value ANY)'],
};

describe(LibsqlStore.name, () => {
  let folder: string;
  let file: string;
  let sut: LibsqlStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rdzen-store-'));
    file = join(folder, 'test.db');
    sut = LibsqlStore.open(file);
    await sut.migrate([TABLE]);
  });
  afterEach(async () => {
    await sut.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const values = async (): Promise<unknown[]> =>
    (await sut.all<{ value: unknown }>('SELECT value FROM t ORDER BY id')).map(({ value }) => value);

  it('gives back what was put in', async () => {
    const given = ['zażółć 🎉', 12.5, null, Buffer.from([0, 255]), ''];
    for (const value of given) expect(await sut.run('INSERT INTO t (value) VALUES (?)', value)).toBe(1);
    expect(await values()).toEqual(given);
    expect(await sut.run('UPDATE t SET value = 1 WHERE id > 3')).toBe(2);
    expect(await sut.get('SELECT value FROM t WHERE id = 99')).toBeUndefined();
  });

  it('counts the writes that found no room', async () => {
    const { page_count: pages } = (await sut.get<{ page_count: number }>('PRAGMA page_count')) ?? {
      page_count: 0,
    };
    await sut.all(`PRAGMA max_page_count = ${pages}`);
    const large = Buffer.alloc(100_000);
    await expect(sut.run('INSERT INTO t (value) VALUES (?)', large)).rejects.toThrow(/full/);
    const written = sut.transaction((tx) => tx.run('INSERT INTO t (value) VALUES (?)', large));
    await expect(written).rejects.toThrow(/full/);
    await expect(sut.run('INSERT INTO elsewhere (value) VALUES (1)')).rejects.toThrow(/no such table/);
    expect(sut.refusals).toBe(2);
  });

  it('writes through to the disk: write-ahead log, full synchronisation', async () => {
    expect(await sut.get('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' });
    expect(await sut.get('PRAGMA synchronous')).toMatchObject({ synchronous: 2 });
  });

  it('keeps what was committed for the next run', async () => {
    await sut.run('INSERT INTO t (value) VALUES (?)', 'kept');
    await sut.close();
    await sut.close();
    sut = LibsqlStore.open(file);
    expect(await values()).toEqual(['kept']);
  });

  it('migrates once, and rolls a migration that fails back whole', async () => {
    await sut.migrate([TABLE]);
    const broken: Migration = {
      feature: 'test',
      version: 2,
      statements: ['CREATE TABLE u (id INTEGER)', 'CREATE NONSENSE'],
    };
    await expect(sut.migrate([broken])).rejects.toThrow(/syntax/);
    await expect(sut.all('SELECT * FROM u')).rejects.toThrow(/no such table/);
    await sut.migrate([TABLE, { ...broken, statements: ['CREATE TABLE u (id INTEGER)'] }]);
    expect(await sut.all('SELECT * FROM u')).toEqual([]);
  });

  describe('transaction', () => {
    it('stands or falls as a whole', async () => {
      const broken = sut.transaction(async (tx) => {
        await tx.run('INSERT INTO t (value) VALUES (1)');
        throw new Error('stop');
      });
      await expect(broken).rejects.toThrow('stop');
      expect(await values()).toEqual([]);
      const result = await sut.transaction(async (tx) => {
        await tx.run('INSERT INTO t (value) VALUES (1)');
        return tx.get('SELECT COUNT(*) AS n FROM t');
      });
      expect(result).toMatchObject({ n: 1 });
    });

    it('lets nothing come between, however long it takes', async () => {
      let open: (() => void) | undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      const slow = sut.transaction(async (tx) => {
        await tx.run("INSERT INTO t (value) VALUES ('first')");
        await gate;
        await tx.run("INSERT INTO t (value) VALUES ('second')");
      });
      const outside = sut.run("INSERT INTO t (value) VALUES ('outside')");
      const read = sut.all('SELECT * FROM t');
      open?.();
      await Promise.all([slow, outside]);
      expect(await values()).toEqual(['first', 'second', 'outside']);
      expect(await read).toHaveLength(3);
    });

    it('is followed by others even after one that failed', async () => {
      await expect(sut.run('NONSENSE')).rejects.toThrow(/syntax/);
      await expect(sut.transaction(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await sut.run('INSERT INTO t (value) VALUES (1)')).toBe(1);
    });
  });

  it('refuses work after its end with a clear word', async () => {
    await sut.close();
    await expect(sut.run('INSERT INTO t (value) VALUES (1)')).rejects.toThrow('is closed');
  });

  it('names the damaged file and the remedy, and leaves the file as it is', async () => {
    await sut.close();
    const damaged = join(folder, 'damaged.db');
    writeFileSync(damaged, 'this is no database, but long enough to be taken for one by its size'.repeat(20));
    const before = readFileSync(damaged);
    let failure: unknown;
    try {
      LibsqlStore.open(damaged);
    } catch (error) {
      failure = error;
    }
    expect(failure).toMatchObject({
      code: 'STORE_DAMAGED',
      message: expect.stringContaining('Move it aside'),
    });
    expect(readFileSync(damaged)).toEqual(before);
  });
});
