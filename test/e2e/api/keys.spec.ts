import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InProcessRdzen } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

describe('API keys', () => {
  let sut: InProcessRdzen;

  beforeAll(async () => {
    sut = await InProcessRdzen.launch();
  });
  afterAll(() => sut?.stop());

  const file = (): string => join(sut.data, 'admin.key');
  const firstKey = (): string => readFileSync(file(), 'utf8').trim();
  const works = async (key: string): Promise<boolean> =>
    (await sut.ask('GET', '/api/v1/messages', { key })).status === 200;
  /** Ends this run and begins another on the same data folder. */
  const restart = async (): Promise<void> => {
    const { data } = sut;
    await sut.stop(true);
    sut = await InProcessRdzen.launch({ data });
  };

  it('has an admin key in a file that only its owner may read', async () => {
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(firstKey()).toMatch(/^rdz_[A-Za-z0-9]{8}\.[A-Za-z0-9]{43}$/);
    expect(await works(firstKey())).toBe(true);
  });

  it('keeps nothing in the database that opens a door', async () => {
    const [, secret = ''] = firstKey().split('.');
    for (const name of readdirSync(sut.data).filter((each) => each.startsWith('rdzen.db'))) {
      const bytes = readFileSync(join(sut.data, name)).toString('latin1');
      expect(bytes).not.toContain(secret);
      expect(bytes).not.toMatch(/rdz_[A-Za-z0-9]{8}\.[A-Za-z0-9]{43}/);
    }
    // Not even what is stored is a key, in place of the secret or of the whole.
    const hash =
      /[0-9a-f]{64}/.exec(readFileSync(join(sut.data, 'rdzen.db-wal')).toString('latin1'))?.[0] ?? '';
    expect(hash).toHaveLength(64);
    const [id = ''] = firstKey().split('.');
    expect(await works(`${id}.${hash}`)).toBe(false);
    expect(await works(`${id}.${hash.slice(0, 43)}`)).toBe(false);
  });

  it('keeps the key over a restart', async () => {
    const before = firstKey();
    await restart();
    expect(firstKey()).toBe(before);
    expect(await works(before)).toBe(true);
  });

  it('makes another one where the file was lost, and the lost one opens nothing any more', async () => {
    const lost = firstKey();
    rmSync(file());
    await restart();
    expect(firstKey()).not.toBe(lost);
    expect(await works(firstKey())).toBe(true);
    expectProblem(await sut.ask('GET', '/api/v1/messages', { key: lost }), 'UNAUTHENTICATED');
  });

  it('lets nobody choose the key by writing the file', async () => {
    const chosen = `rdz_${'a'.repeat(8)}.${'b'.repeat(43)}`;
    writeFileSync(file(), `${chosen}\n`, { mode: 0o644 });
    await restart();
    expect(await works(chosen)).toBe(false);
    expect(firstKey()).not.toBe(chosen);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });
});
