import type { CoreRegistry } from '../core-registry/core-registry';
import type { Core, Evidence } from '../core-registry/core.types';
import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';
import { AWAITED, type CoreProbes, type ProbeResult } from './core-probes';
import { Doze } from './doze';
import type { TiltWatch } from './tilt-watch';
import * as timing from './watch-timing';

/**
 * Judges one core. Two loops run side by side: the cheap one tells within 4.7 s that nothing answers any more; the slow
 * one keeps the model resident and proves that it generates. Evidence from real answers makes the core suspect at once
 * and sets off the probe that can confirm or clear it.
 */
export class CoreWatch {
  private readonly doze: Doze;
  private misses = 0;
  private passes = 0;
  private deepMisses = 0;
  private readinessDue = 0;
  private deepDue = 0;
  private loadDue = 0;
  /** Set by a verdict of death; three passes in a row are needed to rise from it. */
  private fell = false;
  private proven = false;
  /** Why it is down although it answers the cheap probe. */
  private unfit?: 'model-missing' | 'hung';
  private resident = false;
  private proofWanted = false;
  /** Monotonic ms of the last evidence against it; a token after that speaks for it. */
  private accusedAt = -Infinity;
  /** Monotonic ms since when it waits to be proven while a neighbour generates. */
  private hushSince?: number;
  /** Grows when its process dies, starts or is judged dead: what a probe begun before that brings home is void. */
  private life = 0;

  constructor(
    private readonly core: Core,
    private readonly registry: CoreRegistry,
    private readonly probes: CoreProbes,
    private readonly tilt: TiltWatch,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {
    this.doze = new Doze(clock);
  }

  run = (): Promise<unknown> => Promise.all([this.cheapLoop(), this.slowLoop()]);

  stop = (): void => this.doze.finish();

  /** Something was seen in a real answer, or by the engine. */
  evidence({ kind, detail }: Evidence): void {
    if (kind === 'busy') return;
    if (kind === 'died') {
      this.fall(detail);
      return;
    }
    const hard = kind === 'refused' || kind === 'reset';
    if (this.core.state === 'down' || (!hard && this.tilt.tilted)) return;
    this.accuse(detail, hard);
    if (!hard) this.proven = false;
    this.deepDue = 0;
  }

  /** The engine started the core's process. */
  restarted(): void {
    this.forget();
    this.loadDue = 0;
    this.registry.setState(this.core.id, 'starting', 'its process was started');
    this.doze.wake();
  }

  /** Somebody is about to rely on it: whatever its neighbours do, it has to show that it generates. */
  proveNow(): void {
    this.proofWanted = true;
    this.doze.wake();
  }

  /** It is the active core now, and a cold one has to load; or its model has just come. */
  lookAgain(): void {
    this.readinessDue = 0;
    this.doze.wake();
  }

  /** Under suspicion until a probe clears it. A broken connection plus one failed probe is proof of death. */
  private accuse(why: string, hard: boolean): void {
    this.registry.setState(this.core.id, 'suspect', why);
    this.accusedAt = this.clock.monotonic();
    this.passes = 0;
    this.readinessDue = 0;
    if (hard) this.misses = timing.FALL - 1;
    this.doze.wake();
  }

  private forget(): void {
    this.life++;
    this.misses = this.passes = this.deepMisses = 0;
    this.proven = this.resident = false;
    this.unfit = undefined;
  }

  private async cheapLoop(): Promise<void> {
    while (!this.doze.ended) {
      const { life } = this;
      const began = this.clock.monotonic();
      const result = await this.probes.cheap(this.core, this.doze.end);
      if (this.doze.ended) return;
      if (life !== this.life) continue;
      if (result.ok) this.passed(result.version);
      else this.missed(result, began);
      const calm = this.core.state === 'ready' || this.core.state === 'warming';
      await this.doze.pause(
        result.ok && calm ? this.random.jitter(timing.CHEAP_EVERY_MS, 0.1) : timing.CHEAP_AGAIN_MS,
      );
    }
  }

  private passed(version: string | undefined): void {
    this.misses = 0;
    this.passes++;
    this.registry.update(this.core.id, { version, lastCheck: this.clock.now() });
    const { state } = this.core;
    const rising = (state === 'unknown' || state === 'starting' || state === 'down') && !this.unfit;
    if (!rising || (this.fell && this.passes < timing.RISE)) return;
    this.fell = false;
    this.readinessDue = 0;
    const awaited = this.core.kind === 'engine' && this.probes.awaitsModel(this.core);
    if (awaited) this.unfit = 'model-missing';
    const why = awaited ? AWAITED : 'it answers; the model is being checked';
    this.registry.setState(this.core.id, awaited ? 'starting' : 'warming', why);
  }

  /** @param began when the probe was sent (monotonic ms) */
  private missed(result: ProbeResult & { ok: false }, began: number): void {
    this.passes = 0;
    this.registry.update(this.core.id, { lastCheck: this.clock.now() });
    const unproven = !result.refused && (this.givesTokens() || this.tilt.tilted);
    const comingUp = this.core.state === 'starting' && result.refused;
    if (unproven || comingUp) {
      this.misses = 0;
      return;
    }
    this.misses++;
    this.registry.trouble(this.core.id, began);
    if (this.misses >= timing.FALL) this.fall(result.why);
    else if (this.core.state === 'ready') {
      this.registry.setState(this.core.id, 'suspect', result.why);
      this.readinessDue = 0;
    }
  }

  private fall(why: string): void {
    this.forget();
    this.fell = true;
    this.registry.update(this.core.id, { ailment: 'silent' });
    this.registry.setState(this.core.id, 'down', why);
  }

  private async slowLoop(): Promise<void> {
    while (!this.doze.ended) {
      const { state } = this.core;
      const reachable = state === 'warming' || state === 'ready' || state === 'suspect' || this.unfit;
      if (reachable && this.misses === 0) {
        this.heed();
        if (this.clock.monotonic() >= this.readinessDue) await this.checkReadiness();
        if (!this.doze.ended && this.deepIsDue()) await this.checkDeep();
      }
      const untilDeep = this.deepDue - this.clock.monotonic();
      await this.doze.pause(untilDeep > 0 ? Math.min(timing.CHECK_MS, untilDeep) : timing.CHECK_MS);
    }
  }

  /** A token of another answer, given after the accusation, proves that it generates. */
  private heed(): void {
    const { state, lastTokenAt = -Infinity } = this.core;
    if (state === 'suspect' && !this.proven && lastTokenAt > this.accusedAt) this.proven = true;
  }

  private async checkReadiness(): Promise<void> {
    this.readinessDue = this.clock.monotonic() + timing.READINESS_EVERY_MS;
    const { life } = this;
    const readiness = await this.probes.readiness(this.core, this.doze.end);
    if (this.doze.ended || life !== this.life) return;
    if (this.unfit === 'model-missing' && (readiness.kind === 'resident' || readiness.kind === 'cold')) {
      this.unfit = undefined;
      this.registry.setState(this.core.id, 'warming', 'the model is there');
    }
    if (readiness.kind !== 'failed') this.resident = readiness.kind === 'resident';
    if (this.resident) this.registry.update(this.core.id, { cold: false });
    switch (readiness.kind) {
      case 'missing':
        this.proven = false;
        this.unfit = 'model-missing';
        this.registry.update(this.core.id, { ailment: 'model-missing' });
        this.registry.setState(this.core.id, readiness.awaited ? 'starting' : 'down', readiness.why);
        return;
      case 'cold':
        await this.warm(readiness.why);
        return;
      case 'failed':
        if (this.core.state === 'warming') this.registry.setState(this.core.id, 'warming', readiness.why);
        return;
      case 'resident':
        if (this.core.state === 'suspect' && this.proven)
          this.registry.setState(this.core.id, 'ready', 'it answers again');
        if (!this.proven) this.deepDue = 0;
    }
  }

  /** Without the model on purpose: neither a load nor a probe may bring it into memory. */
  private get keptCold(): boolean {
    return !this.resident && this.core.role === 'standby' && !this.probes.keepsStandbyWarm;
  }

  private async warm(why: string): Promise<void> {
    if (this.core.inFlight > 0 || this.clock.monotonic() < this.loadDue) return;
    this.registry.update(this.core.id, { cold: this.keptCold });
    if (this.keptCold) {
      if (!this.unfit)
        this.registry.setState(this.core.id, 'warming', 'kept cold: memory holds the model only once');
      return;
    }
    this.proven = false;
    if (this.core.state !== 'suspect' && !this.unfit)
      this.registry.setState(this.core.id, 'warming', `${why}; loading it`);
    const { life } = this;
    const result = await this.probes.load(this.core, this.doze.end);
    if (this.doze.ended || life !== this.life) return;
    if (!result.ok) {
      this.loadDue = this.clock.monotonic() + timing.LOAD_AGAIN_MS;
      this.readinessDue = this.loadDue;
      this.registry.update(this.core.id, { ailment: 'model-broken' });
      this.registry.setState(this.core.id, this.core.state, `the model does not load: ${result.why}`);
      return;
    }
    this.resident = true;
    this.registry.learn(this.core.id, { loadMs: result.tookMs });
    this.deepDue = 0;
  }

  private deepIsDue(): boolean {
    const now = this.clock.monotonic();
    if (this.proofWanted && this.core.inFlight === 0 && this.unfit !== 'model-missing') return true;
    if (now < this.deepDue || this.core.inFlight > 0 || this.keptCold || this.unfit === 'model-missing')
      return false;
    if (this.core.role === 'active') {
      if (this.core.state === 'suspect' || this.deepMisses > 0) return true;
      if (this.proven && now - (this.core.lastTokenAt ?? -Infinity) < timing.DEEP_ACTIVE_MS) return false;
    }
    return !this.neighbourGenerates();
  }

  /**
   * A probe would take processor time from a core that is answering a person on the same host, so it waits for a quiet
   * moment; but not for ever where the threads are shared out and a single token costs the neighbour next to nothing.
   */
  private neighbourGenerates(): boolean {
    const busy = this.registry
      .all()
      .some((other) => other.id !== this.core.id && other.host === this.core.host && other.inFlight > 0);
    const now = this.clock.monotonic();
    if (!busy || this.proven) this.hushSince = undefined;
    else this.hushSince ??= now;
    if (this.hushSince === undefined) return busy;
    if (this.probes.sharesThreads(this.core) && now - this.hushSince >= timing.QUIET_PATIENCE_MS)
      return false;
    this.registry.setState(this.core.id, this.core.state, 'waits for a quiet moment to be proven');
    return true;
  }

  private async checkDeep(): Promise<void> {
    const { life } = this;
    this.proofWanted = false;
    const result = await this.probes.deep(this.core, this.doze.end);
    if (this.doze.ended || life !== this.life) return;
    const now = this.clock.monotonic();
    if (result.ok) {
      this.misses = 0;
      this.deepMisses = 0;
      this.unfit = undefined;
      this.proven = true;
      this.fell = false;
      this.deepDue = now + (this.core.role === 'active' ? timing.DEEP_ACTIVE_MS : timing.DEEP_STANDBY_MS);
      this.learn(result.stats);
      this.registry.update(this.core.id, { provenAt: now });
      this.registry.setState(this.core.id, 'ready', 'it generates');
      return;
    }
    this.deepDue = now + timing.DEEP_AGAIN_MS;
    this.readinessDue = Math.min(this.readinessDue, this.deepDue);
    // Whether it lives at all is the cheap probe's to say.
    if (result.refused && this.core.state !== 'down') this.accuse(result.why, true);
    if (result.refused || result.busy || this.tilt.tilted) return;
    this.deepMisses++;
    if (this.deepMisses >= timing.DEEP_FALL) {
      this.proven = false;
      this.unfit = 'hung';
      if (this.deepMisses > timing.DEEP_FALL) this.deepDue = now + timing.LOAD_AGAIN_MS;
      this.registry.update(this.core.id, { ailment: 'stuck' });
      this.registry.setState(this.core.id, 'down', `it answers but does not generate: ${result.why}`);
    } else if (this.core.state === 'ready') {
      this.registry.setState(this.core.id, 'suspect', result.why);
    }
  }

  private learn(stats: { promptTokens: number; promptMs: number } | undefined): void {
    if (!stats || stats.promptTokens < 16 || stats.promptMs < 1) return;
    this.registry.learn(this.core.id, {
      promptTokensPerSecond: (stats.promptTokens / stats.promptMs) * 1000,
    });
  }

  private givesTokens(): boolean {
    return this.clock.monotonic() - (this.core.lastTokenAt ?? -Infinity) < timing.LIFE_SIGN_MS;
  }
}
