import type { ModelDetails } from './ollama-api';
import { compareModels } from './same-model';

const BLOB = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53';

function model(changes: Partial<ModelDetails> = {}): ModelDetails {
  return {
    template: '{{ .Prompt }}',
    parameters: 'stop   "<|im_end|>"\ntemperature   0',
    modelfile: `# FROM smollm2\nFROM /models/blobs/sha256-${BLOB}\nTEMPLATE """{{ .Prompt }}"""`,
    family: 'llama',
    capabilities: ['completion'],
    ...changes,
  };
}

describe(compareModels.name, () => {
  it('ignores the folder of the weights, the order of the parameters and spaces', () => {
    const other = model({
      modelfile: `# FROM another name\nFROM C:\\ollama\\blobs\\sha256-${BLOB.toUpperCase()}`,
      parameters: 'temperature 0\nstop "<|im_end|>"\n',
    });
    expect(compareModels(model(), other)).toEqual({ same: true });
  });

  it('ignores parameters that every request carries, and those that only make it faster or slower', () => {
    const other = model({ parameters: 'stop "<|im_end|>"\ntemperature 1\nnum_ctx 8192\nnum_gpu 0' });
    expect(compareModels(model(), other, ['num_ctx', 'temperature'])).toEqual({ same: true });
    expect(compareModels(model(), other, ['num_ctx']).difference).toContain('parameters');
    expect(compareModels(model(), other, ['temperature']).difference).toContain('parameters');
  });

  it.each<[string, Partial<ModelDetails>]>([
    ['families', { family: 'gemma3' }],
    ['weights', { modelfile: `FROM /models/blobs/sha256-${'0'.repeat(64)}` }],
    ['weights', { modelfile: `FROM /m/sha256-${BLOB}\nADAPTER /m/sha256-${'1'.repeat(64)}` }],
    ['weights', { modelfile: 'FROM another.gguf' }],
    ['templates', { template: '{{ .System }}{{ .Prompt }}' }],
    ['parameters', { parameters: 'temperature 1' }],
  ])('sees other %s', (what, changes) => {
    const comparison = compareModels(model(), model(changes));
    expect(comparison.same).toBe(false);
    expect(comparison.difference).toContain(what);
  });
});
