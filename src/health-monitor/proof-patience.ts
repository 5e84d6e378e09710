const PATIENCE_MS = 10_000;
const LEAST_MS = 3_500;
/** Slower than it ever was of late by so much is not merely busy. */
const TIMES_USUAL = 5;
/**
 * Of the wait that was called off. That wait was at least three times what its prompt takes, and a runner looks only
 * between two batches of a prompt whether it was called off: it may still be at work on the last one.
 */
const SHARE_OF_WAIT = 0.35;

export const PROOFS_KEPT = 5;

/**
 * How long a core may take for the one token of a deep probe: 10 s, or less where a real answer just waited in vain and it
 * is known how quick the core is otherwise. People wait then, and the probe only confirms what they saw: after the least
 * wait for a first token, 10 s, it is over within 15 s. A slow or crowded core, whose proofs take long as well, gets its
 * time.
 *
 * @param proofsMs how long its last proofs took
 * @param waitedMs how long the answer waited; undefined where none did
 */
export function proofPatienceMs(proofsMs: readonly number[], waitedMs?: number): number {
  if (waitedMs === undefined || proofsMs.length === 0) return PATIENCE_MS;
  const usual = TIMES_USUAL * Math.max(...proofsMs);
  return Math.min(PATIENCE_MS, Math.max(LEAST_MS, usual, SHARE_OF_WAIT * waitedMs));
}
