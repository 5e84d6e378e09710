import type { InstalledModel } from '../ollama/ollama-api';
import { chooseModel, fits } from './choose-model';

const model = (name: string, gigabytes: number, family = 'llama'): InstalledModel => ({
  name,
  digest: name,
  sizeBytes: gigabytes * 1e9,
  family,
  parameterSize: '1B',
  quantization: 'Q4_K_M',
});

describe(chooseModel.name, () => {
  it('takes the smallest that can chat', () => {
    const installed = [
      model('llama3.1:8b', 4.7),
      model('nomic-embed-text:latest', 0.27, 'nomic-bert'),
      model('qwen2.5:0.5b', 0.4),
      model('tiny-embed', 0.1),
    ];
    expect(chooseModel(installed, 16e9, 2)).toEqual({
      name: 'qwen2.5:0.5b',
      sizeBytes: 0.4e9,
      warmEverywhere: true,
    });
  });

  it('says when it does not fit twice', () => {
    expect(chooseModel([model('llama3.1:8b', 4.7)], 8e9, 2)).toMatchObject({ warmEverywhere: false });
  });

  it('finds nothing where only embedding models are', () => {
    expect(chooseModel([model('mxbai-embed-large', 0.6, 'bert')], 16e9, 2)).toBeUndefined();
  });
});

describe(fits.name, () => {
  it('counts weights and overhead once per copy', () => {
    expect(fits(1e9, 3.3e9, 2)).toBe(true);
    expect(fits(1e9, 3.1e9, 2)).toBe(false);
  });
});
