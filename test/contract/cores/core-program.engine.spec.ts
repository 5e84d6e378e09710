import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreProcess } from './core-process';

const SLOW_TO_DESCRIBE = `export async function readGgufFileInfo() {
  await new Promise((done) => setTimeout(done, 300));
  return { metadata: { general: { architecture: 'fake' } } };
}`;

/** Real: the program. Doubled: what is installed as its engine, which takes its time. */
describe('the core with the built-in engine as a program', () => {
  let folder: string;
  let core: CoreProcess | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rdzen-core-engine-'));
  });
  afterEach(async () => {
    await core?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is ready only once it lists the model that is there', async () => {
    const engine = join(folder, 'node_modules/node-llama-cpp');
    await mkdir(engine, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{}');
    await writeFile(join(engine, 'package.json'), '{"type":"module","exports":"./index.js"}');
    await writeFile(join(engine, 'index.js'), SLOW_TO_DESCRIBE);
    await writeFile(join(folder, 'model.gguf'), 'weights');
    core = await CoreProcess.start({
      CORE_BRAIN: 'engine',
      CORE_ENGINE_DIR: folder,
      CORE_MODEL_FILE: join(folder, 'model.gguf'),
      CORE_MODEL: 'small',
    });
    const answer = await fetch(`${core.url}/api/tags`);
    expect(await answer.json()).toMatchObject({ models: [{ name: 'small:latest' }] });
  });
});
