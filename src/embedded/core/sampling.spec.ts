import { evaluateOptions } from './sampling';

describe(evaluateOptions.name, () => {
  const tokens = Array.from({ length: 100 }, (_, index) => index);
  const optionsOf = (options: object) => evaluateOptions(options, () => tokens, 2048);

  it("has Ollama's defaults", () => {
    const { repeatPenalty, seed, ...rest } = optionsOf({});
    expect(rest).toEqual({ temperature: 0.8, topK: 40, topP: 0.9, minP: 0, yieldEogToken: true });
    expect(repeatPenalty).toMatchObject({ penalty: 1.1, presencePenalty: 0, frequencyPenalty: 0 });
    expect(repeatPenalty?.punishTokens()).toEqual(tokens.slice(-64));
    expect(seed).toBeGreaterThanOrEqual(0);
  });

  it('takes what is given', () => {
    const given = {
      temperature: 0,
      seed: 7,
      top_k: 5,
      top_p: 0.5,
      min_p: 0.1,
      repeat_last_n: 3,
      repeat_penalty: 1.3,
    };
    const { repeatPenalty, ...rest } = optionsOf(given);
    expect(rest).toEqual({ temperature: 0, seed: 7, topK: 5, topP: 0.5, minP: 0.1, yieldEogToken: true });
    expect(repeatPenalty?.punishTokens()).toEqual([97, 98, 99]);
    expect(repeatPenalty?.penalty).toBe(1.3);
  });

  it('judges no repetition, or all of it', () => {
    expect(optionsOf({ repeat_last_n: 0 })).not.toHaveProperty('repeatPenalty');
    expect(optionsOf({ repeat_last_n: -1 }).repeatPenalty?.punishTokens()).toHaveLength(100);
  });

  it('keeps one seed for a whole answer, and chooses another for the next', () => {
    const seeds = new Set(Array.from({ length: 5 }, () => optionsOf({ seed: -1 }).seed));
    expect(seeds.size).toBeGreaterThan(1);
  });
});
