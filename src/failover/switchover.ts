/**
 * - `proving`: the core it goes to shows that it generates
 * - `draining`: that core is active; answers begun on the other one are finished there
 * - `done`, `cancelled` (taken back by somebody), `failed` (nothing was changed), `overtaken` (another switch came)
 */
export type SwitchoverState = 'proving' | 'draining' | 'done' | 'cancelled' | 'failed' | 'overtaken';

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
}

export function isOver({ state }: Switchover): boolean {
  return state !== 'proving' && state !== 'draining';
}
