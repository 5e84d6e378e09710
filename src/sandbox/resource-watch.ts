import type { ComponentContainer, ComponentLimits, ComponentUse } from '../containers/component-containers';
import type { Clock, Timer } from '../shared/clock';

const EVERY_MS = 250;
const MOST_POINTS = 480;

/** What a container wanted of the processor since it was ready: to start takes much, and says nothing of daily use. */
export interface HeldBack {
  /** Of the scheduler's periods in which it computed, those in which it wanted more than it may have. */
  share: number;
  cpuMs: number;
}

/** What a component took while it ran, sampled four times a second, over all its containers in turn. */
export class ResourceWatch {
  peakMemoryBytes = 0;
  peakProcesses = 0;
  peakScratchBytes = 0;
  cpuMs = 0;
  /** Killed for memory: the main process, or one below it. */
  oom = false;
  readonly curve: [number, number][] = [];
  private readonly since: number;
  private started = false;
  private container?: ComponentContainer;
  private timer?: Timer;
  private sampling?: Promise<void>;
  private lastCpuMs = 0;
  /** Of those that have ended, the worst. */
  private ended?: HeldBack;
  private atReady?: ComponentUse;
  private readyAt = 0;
  private last?: ComponentUse;

  constructor(
    private readonly clock: Clock,
    readonly limits: ComponentLimits,
  ) {
    this.since = clock.monotonic();
  }

  /** Something has run. */
  get began(): boolean {
    return this.started;
  }

  /** With what the running one took by now. */
  get cpuSoFarMs(): number {
    return this.cpuMs + (this.container ? this.lastCpuMs : 0);
  }

  /** Of the container for which the share was highest; undefined where the engine does not tell. */
  get heldBack(): HeldBack | undefined {
    const now = since(this.atReady, this.last);
    if (!now || !this.ended) return now ?? this.ended;
    return now.share > this.ended.share ? now : this.ended;
  }

  /** Of the processor that it may have, what the running one took since it was ready; 1 is all of it. */
  get busy(): number {
    const cpuMs = this.lastCpuMs - (this.atReady?.cpuMs ?? this.lastCpuMs);
    return cpuMs / Math.max(1, this.clock.monotonic() - this.readyAt) / this.limits.cpus;
  }

  /** The same over a while from now on, in which nobody should ask it anything. */
  async busyFor(ms: number): Promise<number> {
    await this.now();
    const before = { cpuMs: this.cpuSoFarMs, at: this.clock.monotonic() };
    await this.clock.sleep(ms);
    await this.now();
    return (this.cpuSoFarMs - before.cpuMs) / (this.clock.monotonic() - before.at) / this.limits.cpus;
  }

  /** @param container is ready */
  async begin(container: ComponentContainer): Promise<void> {
    this.container = container;
    this.started = true;
    this.lastCpuMs = 0;
    this.ended = this.heldBack;
    this.atReady = this.last = undefined;
    this.readyAt = this.clock.monotonic();
    await this.sample();
    this.plan();
  }

  /** Takes a last look, and asks the engine whether anything was killed for memory. */
  async end(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    await this.sampling;
    const { container } = this;
    this.container = undefined;
    if (!container) return;
    await this.look(container);
    this.cpuMs += this.lastCpuMs;
    await this.askForOom(container);
  }

  /** As {@link end}, and goes on. */
  async now(): Promise<void> {
    if (!this.container) return;
    await this.sample();
    await this.askForOom(this.container);
  }

  private async askForOom(container: ComponentContainer): Promise<void> {
    const state = await container.inspect().catch(() => undefined);
    if (state?.oomKilled || (await container.hadOom().catch(() => false))) this.oom = true;
  }

  private plan(): void {
    this.timer = this.clock.after(EVERY_MS, () => {
      this.sampling = this.sample().then(() => {
        if (this.timer) this.plan();
      });
    });
  }

  private async sample(): Promise<void> {
    if (this.container) await this.look(this.container);
  }

  private async look(container: ComponentContainer): Promise<void> {
    // One that has ended uses nothing.
    const use = await container.use().catch(() => undefined);
    if (!use) return;
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, use.memoryBytes);
    this.peakProcesses = Math.max(this.peakProcesses, use.processes);
    this.peakScratchBytes = Math.max(this.peakScratchBytes, use.scratchBytes ?? 0);
    if (use.cpuMs > 0) this.lastCpuMs = use.cpuMs;
    if (use.periods) {
      this.atReady ??= use;
      this.last = use;
    }
    if (use.memoryBytes > 0 && this.curve.length < MOST_POINTS)
      this.curve.push([Math.round(this.clock.monotonic() - this.since), use.memoryBytes]);
  }
}

function since(first: ComponentUse | undefined, last: ComponentUse | undefined): HeldBack | undefined {
  if (!first?.periods || !last?.periods) return undefined;
  const all = last.periods.all - first.periods.all;
  const share = all > 0 ? (last.periods.heldBack - first.periods.heldBack) / all : 0;
  return { share, cpuMs: last.cpuMs - first.cpuMs };
}
