import { randomInt } from 'node:crypto';
import type { SamplingOptions } from './brain';
import type { EvaluateOptions, GrammarState, Token } from './engine-module';

const LARGEST_SEED = 2 ** 31 - 1;
/** Ollama's defaults. */
const DEFAULTS = { temperature: 0.8, top_k: 40, top_p: 0.9, repeat_last_n: 64, repeat_penalty: 1.1 };

/**
 * Ollama's sampling options in the engine's words.
 * @param tokens all tokens so far, the prompt's included: those that repetition is judged by
 */
export function evaluateOptions(
  options: SamplingOptions,
  tokens: () => readonly Token[],
  contextSize: number,
  grammar?: GrammarState,
): EvaluateOptions {
  const lastTokens = options.repeat_last_n ?? DEFAULTS.repeat_last_n;
  const judged = lastTokens < 0 ? contextSize : lastTokens;
  const { seed = -1 } = options;
  return {
    temperature: Math.max(0, options.temperature ?? DEFAULTS.temperature),
    topK: Math.max(0, options.top_k ?? DEFAULTS.top_k),
    topP: options.top_p ?? DEFAULTS.top_p,
    minP: options.min_p ?? 0,
    // Always given: the engine would otherwise begin anew with the clock's seed every second.
    seed: seed >= 0 ? seed % LARGEST_SEED : randomInt(LARGEST_SEED),
    ...(judged > 0 && {
      repeatPenalty: {
        punishTokens: () => tokens().slice(-judged),
        penalty: options.repeat_penalty ?? DEFAULTS.repeat_penalty,
        presencePenalty: options.presence_penalty ?? 0,
        frequencyPenalty: options.frequency_penalty ?? 0,
      },
    }),
    ...(grammar && { grammarEvaluationState: grammar }),
    yieldEogToken: true,
  };
}
