import type { ComponentLock } from '../component-registry/installed/component-lock';
import { blockOf } from '../component-registry/manifest/manifest';
import { McpFailure } from '../mcp/mcp-session';
import type { Clock } from '../shared/clock';
import { endGently, type RunningComponent } from './component-runtime';
import { lockDifferences } from './lock-differences';
import type { PoolTimes } from './pool-times';
import type { Redaction } from './redaction';
import { type Strain, StrainWatch } from './strain-watch';

const DEFAULT_INTERVAL_S = 30;
const DEFAULT_FAILURES = 3;

/** One container of a component that came to speak and was found to be what its lock says. */
export class ComponentInstance {
  inFlight = 0;
  /** Ended on purpose, or about to be: its end is no death. */
  retired = false;
  usedAt: number;
  readonly startedAt: number;
  private comparedAt: number;
  private provedAt: number;
  private missed = 0;
  private readonly strain: StrainWatch;
  private ending = false;
  private left: () => void = () => undefined;
  private readonly gone = new Promise<void>((resolve) => (this.left = resolve));

  constructor(
    readonly lock: ComponentLock,
    readonly running: RunningComponent,
    readonly redaction: Redaction,
    /** Of its configuration. */
    readonly revision: number,
    private readonly clock: Clock,
    private readonly times: PoolTimes,
  ) {
    this.usedAt = this.startedAt = this.comparedAt = this.provedAt = clock.monotonic();
    this.strain = new StrainWatch(lock.manifest, running.container, clock);
  }

  get closed(): boolean {
    return this.running.session.isClosed;
  }

  get ageMs(): number {
    return this.clock.monotonic() - this.startedAt;
  }

  get idleMs(): number {
    return this.inFlight > 0 ? 0 : this.clock.monotonic() - this.usedAt;
  }

  get comparisonDue(): boolean {
    return this.clock.monotonic() - this.comparedAt >= this.times.compareMs;
  }

  /** @throws McpFailure where it does not list its tools */
  async differences(withinMs = this.times.pingMs): Promise<string | undefined> {
    this.comparedAt = this.clock.monotonic();
    return lockDifferences(this.lock.tools, await this.running.session.tools(withinMs));
  }

  /** Asks it for a sign of life, where that is due. @returns whether it missed as many in a row as its manifest allows */
  async hangs(): Promise<boolean> {
    const {
      type = 'mcp-ping',
      intervalS = DEFAULT_INTERVAL_S,
      failures,
    } = blockOf(this.lock.manifest).health ?? {};
    const now = this.clock.monotonic();
    // One that is at work may have no time to answer: calls have deadlines of their own.
    if (this.inFlight > 0 || now - this.provedAt < intervalS * 1000) return false;
    this.provedAt = now;
    this.missed = (await this.answers(type === 'mcp-list')) ? 0 : this.missed + 1;
    return this.missed >= (failures ?? DEFAULT_FAILURES);
  }

  /** @returns false where it is silent; an error of JSON-RPC is an answer too */
  async answers(byList = false): Promise<boolean> {
    const { session } = this.running;
    try {
      if (byList) await session.tools(this.times.pingMs);
      else await session.ping(this.times.pingMs);
      return true;
    } catch (error) {
      return error instanceof McpFailure && error.code !== undefined;
    }
  }

  /** What it takes most of, told once each. */
  strains(): Promise<Strain[]> {
    return this.strain.strains();
  }

  /** Why it is gone, for people, with nothing secret in it. */
  async lastWords(): Promise<string> {
    let state = await this.running.container.inspect().catch(() => undefined);
    // The engine hears of an end a moment after its output has ended.
    for (let tries = 0; state?.running && tries < 20; tries++) {
      await this.clock.sleep(100);
      state = await this.running.container.inspect().catch(() => undefined);
    }
    const how = state?.oomKilled
      ? 'it was ended for the memory it took'
      : state?.running
        ? 'its connection broke'
        : `it exited with code ${state?.exitCode ?? 'unknown'}`;
    const last = this.redaction.text(this.running.session.transport.logTail).trim().split('\n').pop() ?? '';
    return last === '' ? how : `${how}; its last words: ${last.replace(/[^\P{C}\t]/gu, '?').slice(0, 200)}`;
  }

  /** Resolved when its container is gone, or was given up to the sweep. */
  get over(): Promise<void> {
    return this.gone;
  }

  /** @param gently its input ends first, and it has a moment to write down what it keeps */
  end(gently: boolean): Promise<void> {
    this.retired = true;
    if (this.ending) return this.gone;
    this.ending = true;
    const work = async (): Promise<void> => {
      if (gently) await endGently(this.running, this.clock).catch(() => undefined);
      await this.running.close().catch(() => undefined);
      this.left();
    };
    void work();
    return this.gone;
  }
}
