import { memoryStore } from '../../test/support/memory-store';
import { tmpdir } from 'node:os';
import { nameDiskFull, requireFreeSpace } from './disk-full';

describe(nameDiskFull.name, () => {
  const full = { code: 'DISK_FULL', message: expect.stringMatching(/\/data is full.*RDZEN_DATA/) };

  it('knows what the database says', async () => {
    const store = await memoryStore();
    try {
      await store.run('PRAGMA max_page_count = 1');
      const error: unknown = await store
        .run('CREATE TABLE large AS SELECT zeroblob(1000000) AS filling')
        .then(() => undefined)
        .catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(Error);
      expect(nameDiskFull(error, '/data')).toMatchObject(full);
    } finally {
      await store.close();
    }
  });

  it.each(['ENOSPC', 'EDQUOT'])('knows what the file system says: %s', (code) => {
    expect(nameDiskFull(Object.assign(new Error('write'), { code }), '/data')).toMatchObject(full);
  });

  it('leaves every other error alone', () => {
    const error = Object.assign(new Error('no'), { code: 'EACCES' });
    expect(nameDiskFull(error, '/data')).toBe(error);
    expect(nameDiskFull('text', '/data')).toBe('text');
  });
});

describe(requireFreeSpace.name, () => {
  it('refuses a disk with less, and says how much there is', () => {
    expect(() => requireFreeSpace(tmpdir(), 1)).not.toThrow();
    expect(() => requireFreeSpace(tmpdir(), 1e18)).toThrow(/only [\d.]+ MB left/);
  });
});
