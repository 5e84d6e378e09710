import type { Core, Evidence } from '../core-registry/core.types';
import { CheapLoop } from './cheap-loop';
import { CoreVerdicts } from './core-verdicts';
import { SlowLoop } from './slow-loop';
import type { WatchTools } from './watch-tools';

/**
 * Judges one core. Two loops run side by side: the cheap one tells within 4.7 s that nothing answers any more; the slow
 * one keeps the model resident and proves that it generates. Evidence from real answers makes the core suspect at once
 * and sets off the probe that can confirm or clear it.
 */
export class CoreWatch {
  private readonly known: CoreVerdicts;

  constructor(
    private readonly core: Core,
    private readonly tools: WatchTools,
  ) {
    this.known = new CoreVerdicts(core, tools);
  }

  run = (): Promise<unknown> => {
    const { known, tools } = this;
    return Promise.all([new CheapLoop(known, tools).run(), new SlowLoop(known, tools).run()]);
  };

  stop = (): void => this.known.doze.finish();

  /** Something was seen in a real answer, or by the engine. */
  evidence({ kind, detail, waitedMs = 0 }: Evidence): void {
    const { known } = this;
    if (kind === 'busy') return;
    if (kind === 'died') {
      known.fall(detail);
      return;
    }
    const hard = kind === 'refused' || kind === 'reset';
    if (this.core.state === 'down' || (!hard && this.tools.tilt.tilted)) return;
    known.accuse(detail, hard);
    if (!hard) known.proven = false;
    if (kind === 'first-token-timeout' || kind === 'stall') known.fallSilent(waitedMs);
    known.deepDue = 0;
  }

  /** Somebody else's opinion, which a probe has to confirm. */
  doubt(why: string): void {
    if (this.core.state !== 'ready' || this.tools.tilt.tilted) return;
    this.known.accuse(why, false);
    this.known.proven = false;
    this.known.deepDue = 0;
  }

  /** The engine started the core's process. */
  restarted(): void {
    const { known } = this;
    known.forget();
    known.loadDue = 0;
    known.become('starting', 'its process was started');
    known.doze.wake();
  }

  /** Somebody is about to rely on it: whatever its neighbours do, it has to show that it generates. */
  proveNow(): void {
    this.known.proofWanted = true;
    this.known.doze.wake();
  }

  /** Somebody asks how fast it writes. */
  measureNow(): void {
    this.known.paceWanted = true;
    this.known.doze.wake();
  }

  /** Another core is active now, by which this one is measured. */
  compareAgain(): void {
    this.known.comparisonDue = true;
  }

  /** It is the active core now, and a cold one has to load; or its model has just come. */
  lookAgain(): void {
    this.known.readinessDue = 0;
    this.known.doze.wake();
  }
}
