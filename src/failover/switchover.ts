/** For how long answers may be finished on the core that is left, unless somebody says otherwise. */
export const DRAIN_MS = 30_000;
/** How long the core it goes to may take to show that it generates. */
export const PROOF_WITHIN_MS = 12_000;

/**
 * - `wished`: only looked at (dry run)
 * - `proving`: the core it goes to shows that it generates
 * - `draining`: that core is active; answers begun on the other one are finished there
 * - `done`, `cancelled` (taken back by somebody), `failed` (nothing was changed), `overtaken` (another switch came)
 */
export type SwitchoverState =
  'wished' | 'proving' | 'draining' | 'done' | 'cancelled' | 'failed' | 'overtaken';

/** One switch that somebody asked for. */
export interface Switchover {
  id: string;
  /** `forced`: whatever state the cores are in, and without waiting for anything. */
  kind: 'planned' | 'forced';
  from: number;
  to: number;
  state: SwitchoverState;
  by: string;
  reason: string;
  /** What was seen, where there was something. */
  evidence?: string;
  /** Epoch ms. */
  askedAt: number;
  endedAt?: number;
  /** For how long answers may be finished on the core that is left, ms. */
  drainMs: number;
  /** Epoch ms at which those that are left move; while it drains. */
  drainUntil?: number;
  /** Under which the new core is active; once it is. */
  epoch?: number;
  /** How it ended, in words. */
  outcome?: string;
}

export interface SwitchoverWish {
  /** Must be the active core; undefined: whichever is. */
  from?: number;
  /** Undefined: the best one that is ready. */
  to?: number;
  /** Default 30 s; of a forced one 0. */
  drainMs?: number;
  forced?: boolean;
  /** `api:<key id>`, `chat:<user id>`, or `rdzen:<cause>` */
  by: string;
  reason?: string;
  /** What was seen; for the history. */
  evidence?: string;
}

/** How long it goes on yet, at most, in whole seconds. */
export function secondsLeft({ drainUntil, drainMs }: Switchover, now: number): number {
  const ms = drainUntil === undefined ? PROOF_WITHIN_MS + drainMs : drainUntil - now;
  return Math.max(1, Math.ceil(ms / 1_000));
}
