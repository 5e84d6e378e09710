import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelFolder } from './model-folder';

const hex = (digit: string): string => digit.repeat(64);
const layer = (kind: string, digit: string, size: number): object => ({
  mediaType: `application/vnd.ollama.image.${kind}`,
  digest: `sha256:${hex(digit)}`,
  size,
});

describe(ModelFolder.name, () => {
  let root: string;
  let folder: string;
  const put = (digit: string, text: string): void => writeFileSync(blob(digit), text);
  const blob = (digit: string): string => join(folder, 'blobs', `sha256-${hex(digit)}`);
  const manifest = (): string => join(folder, 'manifests/registry.ollama.ai/library/m/latest');
  const name = (...layers: object[]): void => writeFileSync(manifest(), JSON.stringify({ layers }));
  const find = (model = 'm') => new ModelFolder(folder).find(model);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rdzen-models-'));
    folder = join(root, 'models');
    mkdirSync(join(folder, 'manifests/registry.ollama.ai/library/m'), { recursive: true });
    mkdirSync(join(folder, 'blobs'));
    writeFileSync(join(root, 'admin.key'), 'rdz_secret');
    put('a', 'weights');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('finds a model with all it takes to make it anew', async () => {
    put('b', '{{ .Prompt }}');
    put('c', '{"stop":["x"]}');
    name(layer('model', 'a', 7), layer('template', 'b', 13), layer('params', 'c', 14));
    const found = await find();
    expect(found).toMatchObject({ template: '{{ .Prompt }}', parameters: { stop: ['x'] } });
    expect(found?.weights).toMatchObject([{ digest: `sha256:${hex('a')}`, sizeBytes: 7 }]);
    const read = await found?.weights[0]?.open().toArray();
    expect(Buffer.concat(read as Buffer[]).toString()).toBe('weights');
    expect(await find('m:latest')).toBeDefined();
  });

  it('finds it where the folder itself is reached by a link', async () => {
    name(layer('model', 'a', 7));
    renameSync(folder, join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), folder);
    expect(await find()).toBeDefined();
  });

  it.each([
    ['is not there', () => rmSync(manifest(), { force: true })],
    ['is half written', () => writeFileSync(manifest(), '{"layers": [')],
    ['names weights that are not whole', () => name(layer('model', 'a', 8))],
    ['names weights that are not there', () => name(layer('model', 'd', 7))],
    ['is a link to a file outside', () => symlinkSync(join(root, 'admin.key'), manifest())],
    ['is larger than a manifest', () => writeFileSync(manifest(), ' '.repeat(2 ** 20 + 1))],
  ])('finds none where its manifest %s', async (_, write) => {
    write();
    expect(await find()).toBeUndefined();
  });

  it('reads nothing out of the folder, however a core links to it', async () => {
    symlinkSync(join(root, 'admin.key'), blob('e'));
    name(layer('model', 'a', 7), layer('license', 'e', 10));
    expect(await find()).toBeUndefined();
    symlinkSync(root, join(folder, 'blobs2'));
    renameSync(join(folder, 'blobs'), join(folder, 'kept'));
    renameSync(join(folder, 'blobs2'), join(folder, 'blobs'));
    writeFileSync(join(root, `sha256-${hex('a')}`), 'weights');
    name(layer('model', 'a', 7));
    expect(await find()).toBeUndefined();
  });

  it('finds out what was swapped for a link after it was found', async () => {
    name(layer('model', 'a', 7));
    const found = await find();
    rmSync(blob('a'));
    symlinkSync(join(root, 'admin.key'), blob('a'));
    await expect(found?.weights[0]?.open().toArray()).rejects.toThrow('no file of the folder of models');
  });

  it('does not wait for a pipe', async () => {
    rmSync(blob('a'));
    execFileSync('mkfifo', [blob('a')]);
    name(layer('model', 'a', 0));
    expect(await find()).toBeUndefined();
  });

  it.each(['../m', 'a/../m', '', '/m'])('has no model %s', async (model) => {
    name(layer('model', 'a', 7));
    expect(await find(model)).toBeUndefined();
  });
});
