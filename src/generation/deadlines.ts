import type { Core } from '../core-registry/core.types';

const UNCALIBRATED_MS = 30_000;
const COLD_EXTRA_MS = 60_000;

/**
 * How long a core may stay silent before its first token: max(10 s, 3 x expected), 30 s until prompt speed was
 * measured, at most 300 s. A fixed value would be wrong: a long prompt on a processor takes minutes.
 */
export function firstTokenDeadlineMs(core: Pick<Core, 'speed' | 'state'>, promptTokens: number): number {
  const { promptTokensPerSecond, loadMs } = core.speed;
  const cold = core.state !== 'ready';
  if (promptTokensPerSecond === undefined) return UNCALIBRATED_MS + (cold ? COLD_EXTRA_MS : 0);
  const expected = (promptTokens / promptTokensPerSecond) * 1000 + (cold ? (loadMs ?? COLD_EXTRA_MS / 3) : 0);
  return Math.min(300_000, Math.max(10_000, 3 * expected));
}

/** How long a gap between two tokens may be: max(5 s, 10 x the median gap), at most 20 s. */
export function stallDeadlineMs(gapsMs: readonly number[]): number {
  const sorted = [...gapsMs].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Math.min(20_000, Math.max(5_000, 10 * median));
}

/**
 * A rough count for budgets and deadlines, rather too high than too low. Tokenizers give 3 to 4.5 characters a token for
 * text in Latin letters; small ones spend a token or more on each character of other scripts.
 */
export function estimateTokens(text: string): number {
  let others = 0;
  for (const character of text) if (character > '\u024f') others++;
  return Math.ceil((text.length - others) / 3) + others;
}
