import type { CoreRegistry } from '../core-registry/core-registry';
import type { Core, Evidence } from '../core-registry/core.types';
import type { Clock } from '../shared/clock';
import type { Random } from '../shared/random';
import type { CoreProbes, ProbeResult } from './core-probes';
import type { TiltWatch } from './tilt-watch';

const FALL = 3;
const RISE = 3;
const DEEP_FALL = 2;
const CHEAP_EVERY_MS = 1_000;
const CHEAP_AGAIN_MS = 300;
const READINESS_EVERY_MS = 10_000;
const DEEP_ACTIVE_MS = 15_000;
const DEEP_STANDBY_MS = 30_000;
const DEEP_AGAIN_MS = 1_000;
const LIFE_SIGN_MS = 1_000;
const LOAD_AGAIN_MS = 5_000;
const CHECK_MS = 250;

/**
 * Judges one core. Two loops run side by side: the cheap one tells within 4.7 s that nothing answers any more; the slow
 * one keeps the model resident and proves that it generates. Evidence from real answers makes the core suspect at once
 * and sets off the probe that can confirm or clear it.
 */
export class CoreWatch {
  private readonly ending = new AbortController();
  private wake: AbortController = new AbortController();
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

  constructor(
    private readonly core: Core,
    private readonly registry: CoreRegistry,
    private readonly probes: CoreProbes,
    private readonly tilt: TiltWatch,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  async run(): Promise<void> {
    await Promise.all([this.cheapLoop(), this.slowLoop()]);
  }

  stop(): void {
    this.ending.abort(new Error('stopped'));
    this.wake.abort();
  }

  /** Something was seen in a real answer, or by the engine. */
  evidence({ kind, detail }: Evidence): void {
    if (kind === 'busy') return;
    if (kind === 'died') {
      this.fall(detail);
      return;
    }
    if (this.core.state === 'down') return;
    this.registry.setState(this.core.id, 'suspect', detail);
    this.passes = 0;
    if (kind !== 'refused' && kind !== 'reset') this.proven = false;
    this.readinessDue = 0;
    this.deepDue = 0;
    // A broken connection plus one failed probe is proof; silence needs the full count.
    this.misses = kind === 'refused' || kind === 'reset' ? FALL - 1 : this.misses;
    this.wake.abort();
  }

  /** The engine started the core's process. */
  restarted(): void {
    this.misses = 0;
    this.passes = 0;
    this.deepMisses = 0;
    this.proven = false;
    this.unfit = undefined;
    this.loadDue = 0;
    this.registry.setState(this.core.id, 'starting', 'its process was started');
    this.wake.abort();
  }

  private async cheapLoop(): Promise<void> {
    while (!this.stopped) {
      const result = await this.probes.cheap(this.core);
      if (this.stopped) return;
      if (result.ok) this.passed(result.version);
      else this.missed(result);
      const calm = this.core.state === 'ready' || this.core.state === 'warming';
      await this.pause(result.ok && calm ? this.random.jitter(CHEAP_EVERY_MS, 0.1) : CHEAP_AGAIN_MS);
    }
  }

  private passed(version: string | undefined): void {
    this.misses = 0;
    this.passes++;
    this.registry.update(this.core.id, { version, lastCheck: this.clock.now() });
    const { state } = this.core;
    const rising = state === 'unknown' || state === 'starting' || (state === 'down' && !this.unfit);
    if (!rising || (this.fell && this.passes < RISE)) return;
    this.fell = false;
    this.readinessDue = 0;
    this.registry.setState(this.core.id, 'warming', 'it answers; the model is being checked');
  }

  private missed(result: ProbeResult & { ok: false }): void {
    this.passes = 0;
    this.registry.update(this.core.id, { lastCheck: this.clock.now() });
    if (this.givesTokens()) {
      this.misses = 0;
      return;
    }
    if (this.tilt.tilted && !result.refused) {
      this.misses = 0;
      return;
    }
    this.misses++;
    if (this.core.state === 'starting' && result.refused) return;
    if (this.misses >= FALL) this.fall(result.why);
    else if (this.core.state === 'ready') this.registry.setState(this.core.id, 'suspect', result.why);
  }

  private fall(why: string): void {
    this.fell = true;
    this.proven = false;
    this.passes = 0;
    this.misses = 0;
    this.deepMisses = 0;
    this.unfit = undefined;
    this.registry.setState(this.core.id, 'down', why);
  }

  private async slowLoop(): Promise<void> {
    while (!this.stopped) {
      const { state } = this.core;
      const reachable = state === 'warming' || state === 'ready' || state === 'suspect' || this.unfit;
      if (reachable && this.misses === 0) {
        const now = this.clock.monotonic();
        if (now >= this.readinessDue) await this.checkReadiness();
        if (!this.stopped && this.deepIsDue()) await this.checkDeep();
      }
      await this.pause(CHECK_MS);
    }
  }

  private async checkReadiness(): Promise<void> {
    this.readinessDue = this.clock.monotonic() + READINESS_EVERY_MS;
    const readiness = await this.probes.readiness(this.core);
    const { state } = this.core;
    if (this.stopped || ((state === 'down' || state === 'starting') && !this.unfit)) return;
    if (this.unfit === 'model-missing' && (readiness.kind === 'resident' || readiness.kind === 'cold')) {
      this.unfit = undefined;
      this.registry.setState(this.core.id, 'warming', 'the model is there again');
    }
    switch (readiness.kind) {
      case 'missing':
        this.proven = false;
        this.unfit = 'model-missing';
        this.registry.setState(this.core.id, 'down', readiness.why);
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

  private async warm(why: string): Promise<void> {
    if (this.core.inFlight > 0 || this.clock.monotonic() < this.loadDue) return;
    if (this.core.role === 'standby' && !this.probes.keepsStandbyWarm) {
      this.registry.setState(this.core.id, 'warming', 'kept cold: memory holds the model only once');
      return;
    }
    this.proven = false;
    if (this.core.state !== 'suspect' && !this.unfit)
      this.registry.setState(this.core.id, 'warming', `${why}; loading it`);
    const result = await this.probes.load(this.core);
    if (this.stopped) return;
    if (!result.ok) {
      this.loadDue = this.clock.monotonic() + LOAD_AGAIN_MS;
      this.readinessDue = this.loadDue;
      this.registry.setState(this.core.id, this.core.state, `the model does not load: ${result.why}`);
      return;
    }
    this.registry.learn(this.core.id, { loadMs: result.tookMs });
    this.deepDue = 0;
  }

  private deepIsDue(): boolean {
    const now = this.clock.monotonic();
    if (now < this.deepDue || this.core.inFlight > 0) return false;
    if (this.core.state === 'suspect' || this.deepMisses > 0) return true;
    if (
      this.core.role === 'active' &&
      now - (this.core.lastTokenAt ?? -Infinity) < DEEP_ACTIVE_MS &&
      this.proven
    )
      return false;
    return !this.neighbourGenerates();
  }

  /** A probe would take processor time from a core that is answering a person on the same host. */
  private neighbourGenerates(): boolean {
    const busy = this.registry
      .all()
      .some((other) => other.id !== this.core.id && other.host === this.core.host && other.inFlight > 0);
    if (busy && !this.proven)
      this.registry.setState(this.core.id, this.core.state, 'waits for a quiet moment to be proven');
    return busy;
  }

  private async checkDeep(): Promise<void> {
    const result = await this.probes.deep(this.core);
    if (this.stopped) return;
    const now = this.clock.monotonic();
    if (result.ok) {
      this.deepMisses = 0;
      this.unfit = undefined;
      this.proven = true;
      this.fell = false;
      this.deepDue = now + (this.core.role === 'active' ? DEEP_ACTIVE_MS : DEEP_STANDBY_MS);
      this.learn(result.stats);
      if (this.core.state !== 'starting') this.registry.setState(this.core.id, 'ready', 'it generates');
      return;
    }
    this.deepDue = now + DEEP_AGAIN_MS;
    this.readinessDue = Math.min(this.readinessDue, this.deepDue);
    if (this.tilt.tilted) return;
    this.deepMisses++;
    if (this.deepMisses >= DEEP_FALL) {
      this.proven = false;
      this.unfit = 'hung';
      if (this.deepMisses > DEEP_FALL) this.deepDue = now + LOAD_AGAIN_MS;
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
    return this.clock.monotonic() - (this.core.lastTokenAt ?? -Infinity) < LIFE_SIGN_MS;
  }

  private get stopped(): boolean {
    return this.ending.signal.aborted;
  }

  /** Waits, unless woken by evidence or the end. */
  private async pause(ms: number): Promise<void> {
    const { signal } = this.wake;
    await this.clock.sleep(ms, signal).catch(() => undefined);
    if (signal.aborted && this.wake.signal === signal && !this.stopped) this.wake = new AbortController();
  }
}
