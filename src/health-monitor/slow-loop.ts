import type { CoreVerdicts } from './core-verdicts';
import { PROOFS_KEPT, proofPatienceMs } from './proof-patience';
import { QuietMoment } from './quiet-moment';
import * as timing from './watch-timing';
import type { WatchTools } from './watch-tools';

/** Keeps the core's model resident and proves from time to time that it generates. */
export class SlowLoop {
  private readonly quiet: QuietMoment;

  constructor(
    private readonly known: CoreVerdicts,
    private readonly tools: WatchTools,
  ) {
    this.quiet = new QuietMoment(known, tools);
  }

  async run(): Promise<void> {
    const { known, tools } = this;
    const { core, doze } = known;
    while (!doze.ended) {
      const { state } = core;
      const reachable = state === 'warming' || state === 'ready' || state === 'suspect' || known.unfit;
      if (reachable && known.misses === 0) {
        this.heed();
        if (known.comparisonDue) this.compare();
        if (tools.clock.monotonic() >= known.readinessDue) await this.checkReadiness();
        if (!doze.ended && this.deepIsDue()) await this.checkDeep();
        if (!doze.ended && known.paceWanted) await this.measure();
      }
      const untilDeep = known.deepDue - tools.clock.monotonic();
      await doze.pause(untilDeep > 0 ? Math.min(timing.CHECK_MS, untilDeep) : timing.CHECK_MS);
    }
  }

  /** A token of another answer, given after the accusation, proves that it generates. */
  private heed(): void {
    const { known } = this;
    const { state, lastTokenAt = -Infinity } = known.core;
    if (state !== 'suspect' || known.proven || lastTokenAt <= known.accusedAt) return;
    known.proven = true;
    known.generated();
  }

  private async checkReadiness(): Promise<void> {
    const { known, tools } = this;
    const { core } = known;
    known.readinessDue = tools.clock.monotonic() + timing.READINESS_EVERY_MS;
    const { life } = known;
    const readiness = await tools.probes.readiness(core, known.doze.end);
    if (known.doze.ended || life !== known.life) return;
    if (known.unfit === 'model-missing' && (readiness.kind === 'resident' || readiness.kind === 'cold')) {
      known.unfit = undefined;
      known.become('warming', 'the model is there');
    }
    if (readiness.kind !== 'failed') known.resident = readiness.kind === 'resident';
    if (known.resident) tools.registry.update(core.id, { cold: false });
    if (readiness.kind === 'resident' || readiness.kind === 'cold') {
      await tools.drift.look(core, readiness.found, known.doze.end);
      if (known.doze.ended || life !== known.life) return;
    }
    switch (readiness.kind) {
      case 'missing':
        known.proven = false;
        known.unfit = 'model-missing';
        known.become(readiness.awaited ? 'starting' : 'down', readiness.why, 'model-missing');
        return;
      case 'cold':
        await this.warm(readiness.why);
        return;
      case 'failed':
        if (core.state === 'warming') known.become('warming', readiness.why);
        return;
      case 'resident':
        if (core.state === 'suspect' && known.proven) known.rise('it answers again');
        else this.compare();
        if (!known.proven) known.deepDue = 0;
    }
  }

  /** What it serves, or what it is measured by, may be another model now. */
  private compare(): void {
    const { known, tools } = this;
    const { core } = known;
    known.comparisonDue = false;
    if (!known.proven || !known.resident || core.state === 'suspect') return;
    const differs = tools.drift.differenceOf(core) !== undefined;
    if (differs || known.different) known.rise('it would answer like the other cores again');
  }

  /** Without the model on purpose: neither a load nor a probe may bring it into memory. */
  private get keptCold(): boolean {
    const { known, tools } = this;
    return !known.resident && known.core.role === 'standby' && !tools.probes.keepsStandbyWarm;
  }

  private async warm(why: string): Promise<void> {
    const { known, tools } = this;
    const { core } = known;
    if (core.inFlight > 0 || tools.clock.monotonic() < known.loadDue) return;
    tools.registry.update(core.id, { cold: this.keptCold });
    if (this.keptCold) {
      const difference = tools.drift.differenceOf(core);
      if (!known.unfit) known.become('warming', difference ?? 'kept cold: memory holds the model only once');
      return;
    }
    known.proven = false;
    if (core.state !== 'suspect' && !known.unfit) known.become('warming', `${why}; loading it`);
    const { life } = known;
    const result = await tools.probes.load(core, known.doze.end);
    if (known.doze.ended || life !== known.life) return;
    if (!result.ok) {
      known.loadDue = tools.clock.monotonic() + timing.LOAD_AGAIN_MS;
      known.readinessDue = known.loadDue;
      known.become(core.state, `the model does not load: ${result.why}`, 'model-broken');
      return;
    }
    known.resident = true;
    tools.registry.learn(core.id, { loadMs: result.tookMs });
    known.deepDue = 0;
  }

  private deepIsDue(): boolean {
    const { known } = this;
    const { core } = known;
    const now = this.tools.clock.monotonic();
    if (known.proofWanted && core.inFlight === 0 && known.unfit !== 'model-missing') return true;
    if (now < known.deepDue || core.inFlight > 0 || this.keptCold || known.unfit === 'model-missing')
      return false;
    if (core.role === 'active') {
      if (core.state === 'suspect' || known.deepMisses > 0) return true;
      if (known.proven && now - (core.lastTokenAt ?? -Infinity) < timing.DEEP_ACTIVE_MS) return false;
    }
    return this.quiet.hasCome;
  }

  private async checkDeep(): Promise<void> {
    const { known, tools } = this;
    const { core, life } = known;
    known.proofWanted = false;
    const began = tools.clock.monotonic();
    const patienceMs = proofPatienceMs(known.proofsMs, known.waitedMs);
    const result = await tools.probes.deep(core, known.doze.end, patienceMs);
    if (known.doze.ended || life !== known.life) return;
    const now = tools.clock.monotonic();
    if (result.ok) {
      known.misses = 0;
      known.generated();
      known.proofsMs = [...known.proofsMs, now - began].slice(-PROOFS_KEPT);
      known.unfit = undefined;
      known.proven = true;
      known.fell = false;
      known.deepDue = now + (core.role === 'active' ? timing.DEEP_ACTIVE_MS : timing.DEEP_STANDBY_MS);
      this.learn(result.stats);
      tools.registry.update(core.id, { provenAt: now });
      tools.drift.confirm(core);
      known.rise('it generates');
      return;
    }
    known.deepDue = now + timing.DEEP_AGAIN_MS;
    known.readinessDue = Math.min(known.readinessDue, known.deepDue);
    // Whether it lives at all is the cheap probe's to say.
    if (result.refused && core.state !== 'down') known.accuse(result.why, true);
    if (result.refused || result.busy || tools.tilt.tilted) return;
    known.deepMisses++;
    if (known.deepMisses >= timing.DEEP_FALL) {
      known.proven = false;
      known.unfit = 'hung';
      if (known.deepMisses > timing.DEEP_FALL) known.deepDue = now + timing.LOAD_AGAIN_MS;
      known.become('down', `it answers but does not generate: ${result.why}`, 'stuck');
    } else if (core.state === 'ready') {
      known.become('suspect', result.why);
    }
  }

  /** Only where nobody is answered there; whoever wants to know asks again. */
  private async measure(): Promise<void> {
    const { known, tools } = this;
    const { core, life } = known;
    known.paceWanted = false;
    if (core.state !== 'ready' || core.inFlight > 0) return;
    const tokensPerSecond = await tools.paceProbe.measure(core, known.doze.end);
    if (tokensPerSecond === undefined || known.doze.ended || life !== known.life) return;
    tools.registry.update(core.id, { pace: { tokensPerSecond, at: tools.clock.monotonic() } });
  }

  private learn(stats: { promptTokens: number; promptMs: number } | undefined): void {
    if (!stats || stats.promptTokens < 16 || stats.promptMs < 1) return;
    this.tools.registry.learn(this.known.core.id, {
      promptTokensPerSecond: (stats.promptTokens / stats.promptMs) * 1000,
    });
  }
}
