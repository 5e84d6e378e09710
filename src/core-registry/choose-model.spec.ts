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
    expect(chooseModel([installed])).toBe('qwen2.5:0.5b');
  });

  it('finds nothing where only embedding models are, or no core', () => {
    expect(chooseModel([[model('mxbai-embed-large', 0.6, 'bert')]])).toBeUndefined();
    expect(chooseModel([])).toBeUndefined();
  });

  it('never takes one that is computed elsewhere, or cannot complete a text', () => {
    const installed = [
      model('qwen3-coder:480b-cloud', 384e-9),
      model('glm-4.6:cloud', 384e-9),
      { ...model('renamed', 384e-9), remote: true },
      { ...model('vectors', 0.2), capabilities: ['embedding'] },
      { ...model('cloudy', 1), capabilities: ['completion', 'tools'] },
    ];
    expect(chooseModel([installed])).toBe('cloudy');
  });

  it('takes only what is on every core', () => {
    const [small, middle, big] = [model('small', 1), model('middle', 2), model('big', 3)];
    expect(
      chooseModel([
        [small, middle, big],
        [big, middle],
      ]),
    ).toBe('middle');
    expect(chooseModel([[small], [big]])).toBeUndefined();
  });
});

describe(fits.name, () => {
  it('counts weights and overhead once per copy', () => {
    expect(fits(1e9, 3.3e9, 2)).toBe(true);
    expect(fits(1e9, 3.1e9, 2)).toBe(false);
  });
});
