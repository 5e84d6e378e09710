/** Worst case for a silent core: 1.1 + 3 x 1 + 2 x 0.3 = 4.7 s; for a hung runner of an idle active core: 15 + 10 + 1 + 10 = 36 s. */
/** Cheap probes missed in a row before the verdict of death. */
export const FALL = 3;
/** Cheap probes passed in a row before a core that fell is looked at again. */
export const RISE = 3;
/** Deep probes failed in a row before a core that answers is called hung. */
export const DEEP_FALL = 2;
export const CHEAP_EVERY_MS = 1_000;
export const CHEAP_AGAIN_MS = 300;
export const READINESS_EVERY_MS = 10_000;
export const DEEP_ACTIVE_MS = 15_000;
export const DEEP_STANDBY_MS = 30_000;
export const DEEP_AGAIN_MS = 1_000;
export const LIFE_SIGN_MS = 1_000;
export const LOAD_AGAIN_MS = 5_000;
export const CHECK_MS = 250;
/** How long a core waits for a quiet moment to be proven: with the time its process takes, ready within 15 s of a crash. */
export const QUIET_PATIENCE_MS = 5_000;
