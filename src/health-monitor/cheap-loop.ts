import { AWAITED, type ProbeResult } from './core-probes';
import type { CoreVerdicts } from './core-verdicts';
import * as timing from './watch-timing';
import type { WatchTools } from './watch-tools';

/** Asks all the time whether the core is there at all: tells within 4.7 s that nothing answers any more. */
export class CheapLoop {
  constructor(
    private readonly known: CoreVerdicts,
    private readonly tools: WatchTools,
  ) {}

  async run(): Promise<void> {
    const { known, tools } = this;
    const { core, doze } = known;
    while (!doze.ended) {
      const { life } = known;
      const began = tools.clock.monotonic();
      const result = await tools.probes.cheap(core, doze.end);
      if (doze.ended) return;
      if (life !== known.life) continue;
      if (result.ok) this.passed(result.version);
      else this.missed(result, began);
      const calm = core.state === 'ready' || core.state === 'warming';
      await doze.pause(
        result.ok && calm ? tools.random.jitter(timing.CHEAP_EVERY_MS, 0.1) : timing.CHEAP_AGAIN_MS,
      );
    }
  }

  private passed(version: string | undefined): void {
    const { known, tools } = this;
    const { core } = known;
    known.misses = 0;
    known.passes++;
    tools.registry.update(core.id, { version, lastCheck: tools.clock.now() });
    const { state } = core;
    const rising = (state === 'unknown' || state === 'starting' || state === 'down') && !known.unfit;
    if (!rising || (known.fell && known.passes < timing.RISE)) return;
    known.fell = false;
    known.readinessDue = 0;
    const awaited = core.kind === 'engine' && tools.probes.awaitsModel(core);
    if (awaited) known.unfit = 'model-missing';
    const why = awaited ? AWAITED : 'it answers; the model is being checked';
    known.become(awaited ? 'starting' : 'warming', why);
  }

  /** @param began when the probe was sent (monotonic ms) */
  private missed(result: ProbeResult & { ok: false }, began: number): void {
    const { known, tools } = this;
    const { core } = known;
    known.passes = 0;
    tools.registry.update(core.id, { lastCheck: tools.clock.now() });
    const unproven = !result.refused && (this.givesTokens() || tools.tilt.tilted);
    const comingUp = core.state === 'starting' && result.refused;
    if (unproven || comingUp) {
      known.misses = 0;
      return;
    }
    known.misses++;
    tools.registry.trouble(core.id, began);
    if (known.misses >= timing.FALL) known.fall(result.why);
    else if (core.state === 'ready') {
      known.become('suspect', result.why);
      known.readinessDue = 0;
    }
  }

  private givesTokens(): boolean {
    const { lastTokenAt = -Infinity } = this.known.core;
    return this.tools.clock.monotonic() - lastTokenAt < timing.LIFE_SIGN_MS;
  }
}
