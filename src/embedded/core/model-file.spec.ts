import { createHash } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelFile } from './model-file';

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

describe(ModelFile.name, () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-model-file-'));
    path = join(folder, 'model.gguf');
    await writeFile(path, 'weights');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('has no key while it is not there, and another one once it has changed', async () => {
    expect(await new ModelFile(join(folder, 'other')).key()).toBeUndefined();
    const sut = new ModelFile(path);
    const before = await sut.key();
    expect(await sut.key()).toBe(before);
    await writeFile(path, 'WEIGHTS');
    await utimes(path, 1, 1);
    expect(await sut.key()).not.toBe(before);
  });

  it('is what it should be, by the sum that was given or else by its companion', async () => {
    await new ModelFile(path, sumOf('weights').toUpperCase()).verify();
    await writeFile(`${path}.json`, JSON.stringify({ sha256: sumOf('weights') }));
    await new ModelFile(path).verify();
    await writeFile(path, 'broken!');
    await expect(new ModelFile(path).verify()).rejects.toMatchObject({
      status: 500,
      message: expect.stringMatching(new RegExp(`${path}.*${sumOf('broken!')}, and ${sumOf('weights')}`)),
    });
  });

  it.each([
    [true, 'RDZEN_MODEL_FILE was changed or removed: put it back, or start Rdzen again to take it as it is.'],
    [false, 'or delete it so that it is fetched again.'],
  ])("says what helps, where it is a person's own: %s", async (own, remedy) => {
    const failure = await new ModelFile(path, sumOf('other'), own).verify().catch((error: Error) => error);
    expect((failure as Error).message).toContain(remedy);
    expect((failure as Error).message.includes('fetched again')).toBe(!own);
  });

  it('is taken as it is where nobody knows its sum', async () => {
    await writeFile(`${path}.json`, '{"sha256":"secret"}');
    await new ModelFile(path).verify();
    expect(await new ModelFile(path).digest()).toBe(sumOf('weights'));
  });

  it('is summed again once it has changed', async () => {
    const sut = new ModelFile(path, sumOf('weights'));
    await sut.verify();
    await writeFile(path, 'broken!');
    await utimes(path, 1, 1);
    await expect(sut.verify()).rejects.toThrow('damaged');
    await writeFile(path, 'weights');
    await sut.verify();
  });
});
