import type { ModelDetails } from '../ollama/ollama-api';
import { compareServed, type Served } from './drift';

const DETAILS: ModelDetails = {
  template: 'T',
  parameters: 'stop "<end>"',
  modelfile: `FROM /blobs/sha256-${'a'.repeat(64)}`,
  family: 'llama',
  capabilities: [],
};
const SENT = { names: ['num_ctx', 'num_predict'], contextTokens: 4096 };

function served(changes: Partial<Served> = {}, details: Partial<ModelDetails> = {}): Served {
  return {
    details: { ...DETAILS, ...details },
    contextTokens: 4096,
    vramShare: 1,
    version: '0.11.4',
    ...changes,
  };
}

describe(compareServed.name, () => {
  const drift = (core: Served, reference = served()) => compareServed(core, { ...reference, id: 1 }, SENT);

  it('has nothing to say of cores that are alike', () => {
    expect(drift(served())).toEqual({ remarks: [] });
  });

  it.each<[string, Served]>([
    ['the weights differ', served({}, { modelfile: `FROM /blobs/sha256-${'b'.repeat(64)}` })],
    ['the templates differ', served({}, { template: 'another' })],
    ['the parameters differ', served({}, { parameters: 'stop "<over>"' })],
    ['the families differ: scripted and llama', served({}, { family: 'scripted' })],
    ['the contexts differ: 2048 tokens here, 4096 there', served({ contextTokens: 2048 })],
  ])('says which core it would answer differently from, and why: %s', (what, core) => {
    expect(drift(core).difference).toBe(`it would answer differently from core 1: ${what}`);
  });

  it('lets a context that is larger than what is asked for pass, and one that is not told', () => {
    expect(drift(served({ contextTokens: 8192 })).difference).toBeUndefined();
    expect(drift(served({ contextTokens: undefined })).difference).toBeUndefined();
    expect(
      drift(served({ contextTokens: 2048 }), served({ contextTokens: 2048 })).difference,
    ).toBeUndefined();
  });

  it('lets parameters pass that every request sets anew', () => {
    expect(drift(served({}, { parameters: 'stop "<end>"\nnum_ctx 2048' })).difference).toBeUndefined();
  });

  it('only remarks on another version, and on another share of graphics memory', () => {
    expect(drift(served({ version: '0.12.0', vramShare: 0.2 }))).toEqual({
      remarks: [
        'its version is 0.12.0, and that of core 1 0.11.4',
        '20 % of its model lie in graphics memory, and on core 1 100 %',
      ],
    });
    expect(drift(served({ version: undefined, vramShare: 0.95 }))).toEqual({ remarks: [] });
  });
});
