import type { CoreSpeed } from '../core-registry/core.types';

const PATIENCE_MS = 10_000;
const LEAST_MS = 4_000;
/** Slower than it ever was of late by so much is not merely busy. */
const TIMES_USUAL = 5;
/** A runner looks only between two batches of a prompt whether the answer before was called off (`num_batch`). */
const BATCH_TOKENS = 512;
const TIMES_BATCH = 2;

export const PROOFS_KEPT = 5;

/**
 * How long a core may take for the one token of a deep probe: 10 s, or less where a real answer just waited in vain for
 * ten seconds or more and it is known how quick the core is otherwise. People wait then, and the probe only confirms what
 * they saw; so together it stays within 15 s. A slow or crowded core, whose proofs take long as well, gets its time.
 *
 * @param fellSilent a real answer waited in vain
 * @param proofsMs how long its last proofs took
 */
export function proofPatienceMs(
  fellSilent: boolean,
  proofsMs: readonly number[],
  { promptTokensPerSecond }: CoreSpeed,
): number {
  if (!fellSilent || proofsMs.length === 0 || promptTokensPerSecond === undefined) return PATIENCE_MS;
  const usual = TIMES_USUAL * Math.max(...proofsMs);
  const batch = TIMES_BATCH * (BATCH_TOKENS / promptTokensPerSecond) * 1000;
  return Math.min(PATIENCE_MS, Math.max(LEAST_MS, usual, batch));
}
