import type { ModelOptions } from '../ollama/ollama-api';

const LONGEST_ANSWER = 256;
const SMALLEST_CONTEXT = 2048;

/**
 * For a question that may be what kills cores: a short answer, and half the context where the prompt fits. Another
 * context makes the core load its model anew, which is the price.
 *
 * @param promptTokens what is sent, an answer's beginning included
 */
export function cappedOptions(options: Readonly<ModelOptions>, promptTokens: number): ModelOptions {
  const { num_ctx, num_predict = LONGEST_ANSWER } = options;
  const capped = { ...options, num_predict: Math.min(LONGEST_ANSWER, num_predict) };
  if (num_ctx === undefined) return capped;
  const half = Math.max(SMALLEST_CONTEXT, Math.floor(num_ctx / 2));
  const fits = promptTokens + capped.num_predict <= half;
  return fits && half < num_ctx ? { ...capped, num_ctx: half } : capped;
}
