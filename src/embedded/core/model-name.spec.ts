import { sameModelName, withTag } from './model-name';

describe(withTag.name, () => {
  it.each([
    ['scripted', 'scripted:latest'],
    ['smollm2:135m', 'smollm2:135m'],
    ['hf:owner/name', 'hf:owner/name:latest'],
    ['hf:owner/name:Q4_K_M', 'hf:owner/name:Q4_K_M'],
  ])('makes %s %s', (name, tagged) => expect(withTag(name)).toBe(tagged));

  it('lets names be written in any case and without the tag that goes without saying', () => {
    expect(sameModelName('HF:Owner/Name', 'hf:owner/name:latest')).toBe(true);
    expect(sameModelName('smollm2', 'smollm2:135m')).toBe(false);
  });
});
