import { chooseHubFiles, type HubFile } from './choose-hub-files';
import { parseModelName, type HubModel } from './model-name';

const file = (path: string, sizeBytes = 10): HubFile => ({ path, sizeBytes, sha256: 'a'.repeat(64) });
const wanted = (name: string): HubModel => parseModelName(name) as HubModel;
const chosen = (files: HubFile[], name: string): string[] =>
  chooseHubFiles(files, wanted(name)).map(({ path }) => path);

describe(chooseHubFiles.name, () => {
  it.each([
    ['Llama-3.2-1B-Instruct-Q4_K_M.gguf', 'Q4_K_M'],
    ['llama-2-7b.Q5_K_S.gguf', 'q5_k_s'],
    ['qwen2.5-0.5b-instruct-q4_0.gguf', 'Q4_0'],
    ['gemma-3-UD-Q4_K_XL.gguf', 'UD-Q4_K_XL'],
    ['model-f16.gguf', 'F16'],
    ['gpt-oss-20b-MXFP4.gguf', 'mxfp4'],
    ['IQ4_XS/big-IQ4_XS.gguf', 'IQ4_XS'],
    ['Q8_0/weights.gguf', 'Q8_0'],
  ])('knows %s as %s', (path, quant) => {
    expect(chosen([file(path), file('other-Q2_K.gguf'), file('README.md')], `hf:u/r:${quant}`)).toEqual([
      path,
    ]);
  });

  it('prefers Q4_K_M, else the smallest of at least four bits', () => {
    const all = [
      file('m-Q2_K.gguf', 1),
      file('m-Q8_0.gguf', 9),
      file('m-Q5_0.gguf', 5),
      file('m-Q4_K_M.gguf', 4),
    ];
    expect(chosen(all, 'hf:u/r')).toEqual(['m-Q4_K_M.gguf']);
    expect(chosen(all.slice(0, 3), 'hf:u/r')).toEqual(['m-Q5_0.gguf']);
    expect(chosen([file('plain.gguf')], 'hf:u/r')).toEqual(['plain.gguf']);
  });

  it('takes the parts of a split model together and in order', () => {
    const parts = ['Q4_K_M/m-Q4_K_M-00002-of-00002.gguf', 'Q4_K_M/m-Q4_K_M-00001-of-00002.gguf'].map((path) =>
      file(path),
    );
    const inOrder = parts.map(({ path }) => path).reverse();
    expect(chosen(parts, 'hf:u/r')).toEqual(inOrder);
    expect(chosen(parts, `hf:u/r/${inOrder[1]}`)).toEqual(inOrder);
    expect(() => chosen(parts.slice(1), 'hf:u/r')).toThrow('holds 1 of the 2 parts');
  });

  it('leaves out what is no language model', () => {
    expect(chosen([file('mmproj-F16.gguf', 1), file('m-Q8_0.gguf', 9)], 'hf:u/r')).toEqual(['m-Q8_0.gguf']);
  });

  it('does not guess between two models of one repository', () => {
    const two = [file('small-Q4_K_M.gguf'), file('large-Q4_K_M.gguf')];
    expect(() => chosen(two, 'hf:u/r')).toThrow(
      'the repository u/r holds several models: Q4_K_M, Q4_K_M. Name one: RDZEN_MODEL=hf:u/r/large-Q4_K_M.gguf',
    );
  });

  it('says what there is instead', () => {
    expect(() => chosen([file('m-Q8_0.gguf')], 'hf:u/r:Q4_0')).toThrow('has no Q4_0 file. It has: Q8_0');
    expect(() => chosen([file('m-Q8_0.gguf')], 'hf:u/r/x.gguf')).toThrow(
      'does not hold x.gguf. It holds: Q8_0',
    );
    expect(() => chosen([file('model.safetensors')], 'hf:u/r')).toThrow('holds no GGUF file');
  });
});
