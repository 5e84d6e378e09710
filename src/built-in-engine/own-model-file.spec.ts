import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGguf } from '../../test/engine/support/gguf-builder';
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

  const place = async (name: string, content: string | Buffer = buildGguf()): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  it('names and sums the file, once for each state of it', async () => {
    const file = await place('My Model.Q4_0.gguf');
    const sum = sha256(buildGguf());
    const own = { file, name: 'my-model.q4_0', sizeBytes: buildGguf().length };
    let summed = 0;
    const read = (): Promise<unknown> => readOwnModel(file, memory, { onBytes: () => summed++ });
    expect(await read()).toEqual({ ...own, sha256: sum });
    expect(await read()).toEqual({ ...own, sha256: sum });
    expect(summed).toBe(1);
    const other = buildGguf({ floats: 9 });
    await writeFile(file, other);
    await utimes(file, 1, 1);
    expect(await read()).toMatchObject({ sha256: sha256(other) });
    expect(JSON.parse(await readFile(memory, 'utf8'))).toMatchObject({
      sha256: sha256(other),
    });
  });

  it.each([
    ['missing.gguf', undefined, 'does not exist. Check the path'],
    ['text.gguf', 'hello', 'is no GGUF model'],
    ['empty.gguf', '', 'is no GGUF model'],
    ['garbage.gguf', Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(5_000, 0xa7)]), 'is no GGUF model'],
    ['beginning.gguf', buildGguf().subarray(0, 90), 'is no GGUF model, or is cut short in its head'],
    ['old.gguf', buildGguf({ version: 1 }), 'is no GGUF model that can be read (version 1)'],
    [
      'cut.gguf',
      buildGguf({ floats: 500 }).subarray(0, 2_000),
      'is cut short (2000 bytes, at least 2224 are needed)',
    ],
    ['vocabulary.gguf', buildGguf({ tensors: 0 }), 'is a GGUF without a model in it'],
    ['m-00002-of-00003.gguf', 'GGUF', 'is not the first part of its model'],
    ['m-00001-of-00002.gguf', buildGguf({ tensors: 0 }), 'lacks its part m-00002-of-00002.gguf'],
  ])('refuses %s', async (name, content, why) => {
    if (content !== undefined) await place(name, content);
    const error = await readOwnModel(join(folder, name), memory, {}).catch((caught: Error) => caught);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(`RDZEN_MODEL_FILE: ${join(folder, name)} ${why}`);
  });

  it('sums up the sizes of all parts, and looks at each', async () => {
    const first = await place('m-00001-of-00002.gguf', buildGguf({ tensors: 0 }));
    await place('m-00002-of-00002.gguf');
    const sizeBytes = buildGguf({ tensors: 0 }).length + buildGguf().length;
    expect(await readOwnModel(first, memory, {})).toMatchObject({ name: 'm', sizeBytes });
    const second = await place('m-00002-of-00002.gguf', buildGguf().subarray(0, -1));
    await expect(readOwnModel(first, memory, {})).rejects.toThrow(`${second} is cut short`);
  });

  it('refuses a pipe without waiting for it', async () => {
    const pipe = join(folder, 'pipe.gguf');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    await expect(readOwnModel(pipe, memory, {})).rejects.toThrow('is no file');
  });

  it('refuses a folder', async () => {
    await expect(readOwnModel(folder, memory, {})).rejects.toThrow('is no file');
  });
});
