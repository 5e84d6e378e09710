import { mayBeRepaired } from '../../core-registry/core-states';
import type { Core } from '../../core-registry/core.types';
import type { ContainerInfo } from '../../containers/container-engine';

/**
 * - `unload`: the model is taken out of memory, and has to come back
 * - `restart`: the process, at once where it hangs
 * - `recreate`: the process or container is made anew from its spec
 * - `model`: the model is fetched again, or brought from a sibling
 * - `last-good`: back to the image it was last well on
 */
export type RepairStep = 'unload' | 'restart' | 'recreate' | 'model' | 'last-good';

/** What is to be cured; {@link LADDERS} says how. */
export type Symptom = 'silent' | 'exited' | 'stuck' | 'crash-loop' | 'model-missing' | 'model-broken';

/** The steps for each symptom, mildest first. After the last one an administrator is called. */
export const LADDERS: Readonly<Record<Symptom, readonly RepairStep[]>> = {
  stuck: ['unload', 'restart', 'recreate', 'model', 'last-good'],
  silent: ['restart', 'recreate', 'last-good'],
  exited: ['restart', 'recreate', 'last-good'],
  'crash-loop': ['recreate', 'model', 'last-good'],
  'model-missing': ['model', 'recreate'],
  'model-broken': ['restart', 'model', 'recreate', 'last-good'],
};

/** Before the first step, the second, and so on; taking the model out of memory costs too little to count. */
export const WAITS_MS: readonly number[] = [0, 10_000, 30_000, 120_000, 600_000];
export const BUDGET = 5;
export const BUDGET_WINDOW_MS = 30 * 60_000;
/** A core nothing helped is tried again this often. */
export const SLOW_LANE_MS = 30 * 60_000;

/** Deaths within a minute after which starting it again is no longer left to the engine. */
const CRASH_LOOP = 3;
/** By then the engine has told that a process died, if it did. */
const WORD_WITHIN_MS = 1_000;
/** What died is started again by its engine; what was started may take its time. */
const PATIENCE_MS = 60_000;
/** What nothing but us starts again; somebody may be about to do it by hand. */
const ABANDONED_MS = 5_000;

/** How long to wait before the next step. */
export function waitAfter(taken: ReadonlySet<RepairStep>): number {
  const counted = [...taken].filter((step) => step !== 'unload').length;
  return WAITS_MS[Math.min(counted, WAITS_MS.length - 1)] ?? 0;
}

/** What is next; undefined: nothing is left to try. */
export function nextStep(
  symptom: Symptom,
  taken: ReadonlySet<RepairStep>,
  possible: (step: RepairStep) => boolean,
): RepairStep | undefined {
  return LADDERS[symptom].find((step) => !taken.has(step) && possible(step));
}

/**
 * What the core has to be cured of, if anything, from what its probes and its engine say. What just died is the
 * engine's to start again; that is no repair.
 *
 * @param info of its container
 * @param forMs how long it is in its state already
 */
export function symptomOf(
  core: Pick<Core, 'state' | 'ailment' | 'conditions' | 'exited'>,
  info: Pick<ContainerInfo, 'state' | 'deathsLastMinute'> | undefined,
  forMs: number,
): Symptom | undefined {
  if (!info || !mayBeRepaired(core) || core.state === 'ready' || core.state === 'suspect') return undefined;
  if (info.deathsLastMinute >= CRASH_LOOP) return 'crash-loop';
  switch (info.state) {
    case 'stopped':
      return undefined;
    case 'exited':
    case 'paused':
      return forMs >= ABANDONED_MS ? 'exited' : undefined;
    case 'waiting-to-restart':
      return forMs >= PATIENCE_MS ? 'exited' : undefined;
    case 'running':
      return symptomOfRunning(core, forMs);
  }
}

function symptomOfRunning(
  core: Pick<Core, 'state' | 'ailment' | 'exited'>,
  forMs: number,
): Symptom | undefined {
  switch (core.state) {
    case 'down':
      // A process that has just died looks like one that hangs until its engine's word comes.
      if (core.ailment === 'silent' || core.ailment === undefined)
        return core.exited || forMs < WORD_WITHIN_MS ? undefined : 'silent';
      return core.ailment;
    case 'warming':
      return core.ailment === 'model-broken' && forMs >= PATIENCE_MS ? 'model-broken' : undefined;
    case 'starting':
      return core.ailment !== 'model-missing' && forMs >= PATIENCE_MS ? 'silent' : undefined;
    case 'unknown':
    case 'ready':
    case 'suspect':
      return undefined;
  }
}
