import type { Ailment, Core, CoreState } from '../core-registry/core.types';
import { Doze } from './doze';
import type { WatchTools } from './watch-tools';
import { FALL } from './watch-timing';

/**
 * What is known of one core in its present life, and the verdicts that more than one of its observers can give. Shared by
 * the loops that look and by the evidence that comes in from outside.
 */
export class CoreVerdicts {
  readonly doze: Doze;
  /** Cheap probes in a row, missed and passed. */
  misses = 0;
  passes = 0;
  /** Deep probes missed in a row. */
  deepMisses = 0;
  /** A real answer waited in vain for so long (ms): one more silence, a shorter one, and the core is called hung. */
  waitedMs?: number;
  /** Monotonic ms. */
  readinessDue = 0;
  deepDue = 0;
  loadDue = 0;
  /** Set by a verdict of death; three passes in a row are needed to rise from it. */
  fell = false;
  proven = false;
  /** How long the last deep probes that it passed took, ms. */
  proofsMs: readonly number[] = [];
  /** Why it is down although it answers the cheap probe. */
  unfit?: 'model-missing' | 'hung';
  /** It generates, and would answer differently from the other cores. */
  different = false;
  /** What it is measured by may have changed. */
  comparisonDue = false;
  /** The model is in memory. */
  resident = false;
  proofWanted = false;
  /** Somebody wants to know how fast it writes. */
  paceWanted = false;
  /** Monotonic ms of the last evidence against it; a token after that speaks for it. */
  accusedAt = -Infinity;
  /** Grows when its process dies, starts or is judged dead: what a probe begun before that brings home is void. */
  life = 0;

  constructor(
    readonly core: Core,
    private readonly tools: WatchTools,
  ) {
    this.doze = new Doze(tools.clock);
  }

  /** @param ailment by which it is mended, where it cannot serve */
  become(state: CoreState, why: string, ailment?: Ailment): void {
    if (ailment) this.tools.registry.update(this.core.id, { ailment });
    this.tools.registry.setState(this.core.id, state, why);
  }

  /** Under suspicion until a probe clears it. A broken connection plus one failed probe is proof of death. */
  accuse(why: string, hard: boolean): void {
    this.become('suspect', why);
    this.accusedAt = this.tools.clock.monotonic();
    this.passes = 0;
    this.readinessDue = 0;
    if (hard) this.misses = FALL - 1;
    this.doze.wake();
  }

  /** An answer waited in vain for as long as was fair: that says as much as a deep probe that got no token. */
  fallSilent(waitedMs: number): void {
    this.waitedMs = waitedMs;
    this.deepMisses = Math.max(1, this.deepMisses);
  }

  /** Whatever was held against its runner is refuted, or void. */
  generated(): void {
    this.deepMisses = 0;
    this.waitedMs = undefined;
  }

  /** It generates; whether that makes it ready depends on what it serves. */
  rise(why: string): void {
    const difference = this.tools.drift.differenceOf(this.core);
    this.different = difference !== undefined;
    this.become(difference === undefined ? 'ready' : 'warming', difference ?? why);
  }

  fall(why: string): void {
    this.forget();
    this.fell = true;
    this.become('down', why, 'silent');
  }

  /** Another life begins, or the present one is over. */
  forget(): void {
    this.life++;
    this.misses = this.passes = 0;
    this.generated();
    this.proven = this.different = this.resident = false;
    this.unfit = undefined;
    this.tools.drift.forget(this.core);
  }
}
