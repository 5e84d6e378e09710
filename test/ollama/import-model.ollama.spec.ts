import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpOllamaApi } from '../../src/ollama/http-ollama-api';
import { ModelFolder, type StoredModel } from '../../src/ollama/model-folder';
import { compareModels } from '../../src/ollama/same-model';
import { RealOllama, rigFromEnvironment } from '../rigs/real-ollama';

jest.setTimeout(60_000);
const rig = rigFromEnvironment();
const describeWithRig = rig ? describe : describe.skip;

/** Two real Ollamas, each with a folder of models of its own; only one has the model. */
describeWithRig('a model brought from the folder of a sibling', () => {
  const ollama = new HttpOllamaApi();
  let folder: string;
  let has: RealOllama;
  let lacks: RealOllama;

  beforeAll(async () => {
    if (!rig) return;
    folder = mkdtempSync(join(tmpdir(), 'rdzen-models-'));
    [has, lacks] = await Promise.all([
      RealOllama.start(rig),
      RealOllama.start(rig, { OLLAMA_MODELS: join(folder, 'own') }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([has?.close(), lacks?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const stored = async (path: string, model: string): Promise<StoredModel> => {
    const found = await new ModelFolder(path).find(model);
    if (!found) throw new Error(`${model} is not in ${path}`);
    return found;
  };

  it('answers there as it does at home: same weights, template and parameters', async () => {
    if (!rig) return;
    for (const model of [rig.model, rig.closedModel]) {
      const statuses: string[] = [];
      const progress = ollama.importModel(lacks.url, model, await stored(rig.modelsDir, model));
      for await (const { status } of progress) statuses.push(status);
      expect(statuses.at(-1)).toBe('success');
      const [home, there] = await Promise.all([ollama.show(has.url, model), ollama.show(lacks.url, model)]);
      expect(compareModels(home, there)).toEqual({ same: true });
    }
    let text = '';
    const request = {
      model: rig.model,
      messages: [{ role: 'user' as const, content: 'What is the capital of Poland?' }],
      options: { num_predict: 12, temperature: 0, num_thread: 1 },
    };
    for await (const chunk of ollama.chat(lacks.url, request)) text += chunk.text;
    expect(text).toContain('Warsaw');
  });

  it('is not there, for whoever looks, where its name, its manifest or a byte of it is missing', async () => {
    if (!rig) return;
    expect(await new ModelFolder(rig.modelsDir).find('no-such-model')).toBeUndefined();
    expect(await new ModelFolder(rig.modelsDir).find('../../etc/passwd')).toBeUndefined();
    expect(await new ModelFolder(join(folder, 'nowhere')).find(rig.model)).toBeUndefined();
    const torn = join(folder, 'torn');
    await cp(rig.modelsDir, torn, { recursive: true });
    for (const blob of readdirSync(join(torn, 'blobs'))) truncateSync(join(torn, 'blobs', blob), 10);
    expect(await new ModelFolder(torn).find(rig.model)).toBeUndefined();
  });
});
