import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../test/faults/built-in-engine/support/fake-hub';
import { readOwnModel } from './own-model-file';

describe(readOwnModel.name, () => {
  let folder: string;
  let memory: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-own-'));
    memory = join(folder, 'models', 'own-model.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const place = async (name: string, content = 'GGUF and more'): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  it('names and sums the file, once for each state of it', async () => {
    const file = await place('My Model.Q4_0.gguf');
    const sum = sha256(Buffer.from('GGUF and more'));
    let summed = 0;
    const read = (): Promise<unknown> => readOwnModel(file, memory, { onBytes: () => summed++ });
    expect(await read()).toEqual({ file, name: 'my-model.q4_0', sha256: sum });
    expect(await read()).toEqual({ file, name: 'my-model.q4_0', sha256: sum });
    expect(summed).toBe(1);
    await writeFile(file, 'GGUF and MORE');
    await utimes(file, 1, 1);
    expect(await read()).toMatchObject({ sha256: sha256(Buffer.from('GGUF and MORE')) });
    expect(JSON.parse(await readFile(memory, 'utf8'))).toMatchObject({
      sha256: sha256(Buffer.from('GGUF and MORE')),
    });
  });

  it.each([
    ['missing.gguf', undefined, 'does not exist. Check the path'],
    ['text.gguf', 'hello', 'is no GGUF model'],
    ['empty.gguf', '', 'is no GGUF model'],
    ['m-00002-of-00003.gguf', 'GGUF', 'is not the first part of its model'],
    ['m-00001-of-00002.gguf', 'GGUF', 'lacks its part m-00002-of-00002.gguf'],
  ])('refuses %s', async (name, content, why) => {
    if (content !== undefined) await place(name, content);
    const error = await readOwnModel(join(folder, name), memory, {}).catch((caught: Error) => caught);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(`RDZEN_MODEL_FILE: ${join(folder, name)} ${why}`);
  });

  it('refuses a folder', async () => {
    await expect(readOwnModel(folder, memory, {})).rejects.toThrow('is no file');
  });
});
