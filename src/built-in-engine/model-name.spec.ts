import { EngineUnavailable } from './engine-unavailable';
import { parseModelName, SMOLLM2 } from './model-name';

describe(parseModelName.name, () => {
  it.each([undefined, '', 'smollm2:135m', 'SmolLM2:135M'])('takes %s for the small default model', (name) => {
    expect(parseModelName(name)).toBe(SMOLLM2);
  });

  it.each([
    ['hf:user/repo', { repo: 'user/repo', revision: 'main' }],
    ['hf:user/repo:Q4_K_M', { repo: 'user/repo', quant: 'Q4_K_M' }],
    ['hf.co/user/repo.v2-GGUF:q8_0', { repo: 'user/repo.v2-GGUF', quant: 'q8_0' }],
    ['hf:user/repo/sub/file.Q4_0.gguf', { repo: 'user/repo', path: 'sub/file.Q4_0.gguf' }],
    ['hf:user/repo/file.gguf#a1b2', { path: 'file.gguf', revision: 'a1b2' }],
    ['hf:user/repo:Q4_0@refs/pr/3', { quant: 'Q4_0', revision: 'refs/pr/3' }],
  ])('reads %s', (name, parts) => {
    expect(parseModelName(name)).toMatchObject({ kind: 'hub', name, ...parts });
  });

  it('gives every name a file of its own in the cache', () => {
    const names = ['hf:a--b/c', 'hf:a/b--c', 'hf:a/b:Q4_0', 'hf:a/b:Q4_0#x', 'hf:a/b/Q4_0.gguf'];
    const files = names.map((name) => parseModelName(name).fileName);
    expect(new Set(files).size).toBe(names.length);
    for (const file of files) expect(file).toMatch(/^[\w.-]+-[0-9a-f]{8}\.gguf$/);
  });

  it.each([
    'llama3.2',
    'hf:repo',
    'hf:../../etc',
    'hf:u/r/../../x.gguf',
    'hf:u/r#..',
    'hf:u/r/file.bin',
    'http://x/y',
  ])('refuses %s and says what else there is', (name) => {
    expect(() => parseModelName(name)).toThrow(EngineUnavailable);
    expect(() => parseModelName(name)).toThrow(
      /^The built-in engine cannot fetch the model ".+"\. Set RDZEN_MODEL to smollm2:135m .*hf:user\/repo:Q4_K_M.*install Ollama/,
    );
  });
});
