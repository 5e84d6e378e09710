import type { ModelOptions } from '../ollama/ollama-api';
import { cappedOptions } from './capped-options';

describe(cappedOptions.name, () => {
  it.each<[string, ModelOptions, number, ModelOptions]>([
    ['halves the context', { num_ctx: 8192, num_predict: 1024 }, 500, { num_ctx: 4096, num_predict: 256 }],
    ['but not below 2048', { num_ctx: 3000, num_predict: 1024 }, 500, { num_ctx: 2048, num_predict: 256 }],
    ['nor makes it larger', { num_ctx: 1024, num_predict: 512 }, 100, { num_ctx: 1024, num_predict: 256 }],
    [
      'nor where the question just fits no more',
      { num_ctx: 4096 },
      1793,
      { num_ctx: 4096, num_predict: 256 },
    ],
    ['but where it just does', { num_ctx: 4096 }, 1792, { num_ctx: 2048, num_predict: 256 }],
    [
      'leaves a shorter answer alone',
      { num_ctx: 4096, num_predict: 40 },
      9,
      { num_ctx: 2048, num_predict: 40 },
    ],
    ['leaves an open context open', { num_predict: 900 }, 100, { num_predict: 256 }],
    [
      'keeps the rest',
      { num_thread: 3, seed: 7, num_predict: 9 },
      1,
      { num_thread: 3, seed: 7, num_predict: 9 },
    ],
  ])('%s', (_, options, promptTokens, expected) => {
    expect(cappedOptions(options, promptTokens)).toEqual(expected);
  });
});
