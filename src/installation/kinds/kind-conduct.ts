import type { ComponentLock } from '../../component-registry/installed/component-lock';
import type { InstalledComponent } from '../../component-registry/installed/installed-component';
import type { CanaryVerdict } from '../canary-rule';

/** It is not what was tried, or does not run: trying again changes nothing. */
export class NotAsTried extends Error {}

/** What a canary's days have shown. */
export interface Judgement {
  verdict: CanaryVerdict;
  /** What it is judged by, for people. */
  reason: string;
}

/**
 * What differs between the kinds of components once they were approved. {@link takeUp} and {@link letGo} follow what stands on
 * disk: each may be called again at any time, and one that throws is called again until it does not (`kind-follow-up.ts`).
 */
export abstract class KindConduct {
  /**
   * Proves an approved lock once, and leaves nothing running. May be done again from the beginning.
   *
   * @param draft with the hashes of the trial, and no texts yet
   * @returns the lock with all that the kind keeps in it
   * @throws NotAsTried
   * @throws RdzenError ENGINE_*, REGISTRY_*, IMAGE_MISSING, TOO_MANY_COMPONENTS: it may go better later
   */
  abstract bring(draft: ComponentLock): Promise<ComponentLock>;

  /** After it was written that it, or an upgrade of it, is canary or active, and at every start of Rdzen. */
  abstract takeUp(component: InstalledComponent): Promise<void>;

  /** After it was written that it is removed or quarantined, and at every start of Rdzen. @param by as in the history */
  abstract letGo(component: string, by: string): Promise<void>;

  /** @param canary the lock that is on trial in daily use, for `ageMs` by now */
  abstract verdict(canary: ComponentLock, ageMs: number): Promise<Judgement>;
}
