import type { ComponentLock } from '../component-registry/installed/component-lock';
import { blockOf, DEFAULT_RESOURCES } from '../component-registry/manifest/manifest';
import type { EgressDenial, EgressProxy } from '../containers/component-networks';
import type { EventBus } from '../events/event-bus';
import { McpFailure, type CallOptions, type ToolAnswer } from '../mcp/mcp-session';
import type { Clock, Timer } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { cappedAnswer } from './capped-answer';
import { ComponentInstance } from './component-instance';
import { ComponentDeaths } from './component-deaths';
import { drifted, orCancelled, unavailable } from './component-refusals';
import { ComponentDidNotStart, type RunningComponent } from './component-runtime';
import './pool.events';
import type { Redaction } from './redaction';
import { keepsData, startLocked, type StartTools, whyNotStarted } from './start-locked';
import './tools.events';

/** A list may change so often, and no oftener is it looked at. */
const LIST_CHANGE_PAUSE_MS = 1_000;
const START_TRIES = 3;
const MOST_DENIALS_TOLD = 50;

export interface PoolTools extends StartTools {
  bus: EventBus;
  clock: Clock;
  /** Resolved when nothing keeps the component from running. */
  free: (component: string, signal?: AbortSignal) => Promise<void>;
}

/** What runs of one lock: one container at most, shared by all calls. */
export class PooledComponent {
  /** Why nothing of this lock runs any more. */
  drift?: string;
  private instance?: ComponentInstance;
  private starting?: Promise<ComponentInstance>;
  private comparing?: Promise<void>;
  private comparePlanned?: Timer;
  private dying?: Promise<void>;
  /** Given to no call any more, and not gone yet. */
  private readonly leaving = new Set<ComponentInstance>();
  private readonly deaths = new ComponentDeaths();
  private stopped = false;

  constructor(
    readonly lock: ComponentLock,
    private readonly tools: PoolTools,
  ) {}

  get runs(): boolean {
    return this.instance !== undefined || this.starting !== undefined || this.leaving.size > 0;
  }

  /** Milliseconds without a call; undefined where it does not run, or is at work. */
  get idleMs(): number | undefined {
    return this.instance && this.instance.inFlight === 0 ? this.instance.idleMs : undefined;
  }

  /** What it takes now; undefined where nothing of it runs. */
  async memoryBytes(): Promise<number | undefined> {
    const { instance } = this;
    if (!instance || instance.closed) return undefined;
    // An engine that does not tell is no fault of the component.
    return (await instance.running.container.use().catch(() => undefined))?.memoryBytes;
  }

  async call(tool: string, args: Record<string, unknown>, options: CallOptions): Promise<ToolAnswer> {
    for (let tries = 0; tries < START_TRIES; tries++) {
      await this.tools.free(this.lock.component, options.signal);
      const instance = await this.ready(options.signal);
      if (!instance.closed && !instance.retired) return this.send(instance, tool, args, options);
    }
    throw unavailable(this.lock, 'it ends as soon as it has started');
  }

  /** What is due by now. */
  async look(): Promise<void> {
    const { instance } = this;
    if (!instance || instance.closed) return;
    const { times, bus, clock } = this.tools;
    if (instance.idleMs >= times.idleMs) return this.retire('idle');
    if (instance.ageMs >= times.renewMs) return this.retire('renewed');
    if (instance.comparisonDue) await this.compare(instance);
    if (!instance.retired && (await instance.hangs()))
      await this.failed(instance, 'it does not answer any more');
    if (instance.retired) return;
    for (const strain of await instance.strains())
      bus.emit('component.strained', {
        component: this.lock.component,
        lockId: this.lock.id,
        ...strain,
        at: clock.now(),
      });
  }

  /** No further call gets it; those that are on their way are waited for. */
  async retire(reason: string): Promise<void> {
    const { instance } = this;
    if (!instance) return;
    this.drop(instance, reason, false);
    if (instance.inFlight === 0) await this.end(instance);
  }

  /** Resolved when nothing of it is left; calls that are on their way are waited for. */
  async ended(reason: string): Promise<void> {
    await this.starting?.catch(() => undefined);
    await this.retire(reason);
    await Promise.all([...this.leaving].map(({ over }) => over));
    await this.dying;
  }

  /** At once, whatever is on its way. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.comparePlanned?.cancel();
    await this.starting?.catch(() => undefined);
    if (this.instance) this.drop(this.instance, 'stopping', false);
    await Promise.all([...this.leaving].map((one) => this.end(one)));
  }

  private async send(
    instance: ComponentInstance,
    tool: string,
    args: Record<string, unknown>,
    options: CallOptions,
  ): Promise<ToolAnswer> {
    const { callTimeoutS } = { ...DEFAULT_RESOURCES, ...blockOf(this.lock.manifest).resources };
    const { session } = instance.running;
    const withinMs = Math.min(options.withinMs, callTimeoutS * 1000);
    instance.inFlight++;
    try {
      const answer = await session.call(tool, args, { ...options, withinMs });
      return cappedAnswer(instance.redaction.answer(answer));
    } catch (error) {
      if (!(error instanceof McpFailure)) throw error;
      // Whether the one tool hangs or all of it, the next call must not find out by waiting.
      if (error.kind === 'timeout') this.prove(instance);
      throw new McpFailure(error.kind, instance.redaction.text(error.message), error.code);
    } finally {
      instance.inFlight--;
      instance.usedAt = this.tools.clock.monotonic();
      if (this.leaving.has(instance) && instance.inFlight === 0) void this.end(instance);
    }
  }

  private async ready(signal?: AbortSignal): Promise<ComponentInstance> {
    if (this.drift !== undefined) throw drifted(this.lock, this.drift);
    if (this.stopped) throw unavailable(this.lock, 'Rdzen is being stopped');
    const { instance } = this;
    if (instance && instance.revision !== this.tools.config.revision(this.lock.component))
      await this.retire('reconfigured');
    else if (instance && !instance.closed) {
      if (this.comparing) await orCancelled(this.comparing, signal);
      if (this.drift !== undefined) throw drifted(this.lock, this.drift);
      if (!instance.retired) return instance;
    }
    this.starting ??= this.begin().finally(() => (this.starting = undefined));
    return orCancelled(this.starting, signal);
  }

  private async begin(): Promise<ComponentInstance> {
    const { clock, config, times } = this.tools;
    await this.dying;
    // One container of a component at a time: it may keep data that two must not write.
    await Promise.all([...this.leaving].map(({ over }) => over));
    const now = clock.monotonic();
    if (this.deaths.looping(now)) throw unavailable(this.lock, this.deaths.reason);
    await clock.sleep(this.deaths.waitMs(now));
    const { component, manifest } = this.lock;
    const { env, redaction, revision } = await config.environment(component, manifest);
    const began = clock.monotonic();
    const running = await this.start(env, redaction, began);
    const instance = new ComponentInstance(this.lock, running, redaction, revision, clock, times);
    await this.admit(instance);
    running.session.onListChange = () => this.listChanged(instance);
    running.session.onClosed = () => void (this.dying = this.gone(instance));
    if (running.egress) this.watchEgress(running.egress, redaction);
    this.instance = instance;
    this.tools.bus.emit('component.started', {
      component,
      lockId: this.lock.id,
      startedInMs: Math.round(clock.monotonic() - began),
      at: clock.now(),
    });
    // It may have said so before anybody listened.
    if (running.session.listChanges > 0) await this.compare(instance);
    if (this.drift !== undefined) throw drifted(this.lock, this.drift);
    return instance;
  }

  /** What it was refused before anybody listened is told as well. */
  private watchEgress(egress: EgressProxy, redaction: Redaction): void {
    const { lock, tools } = this;
    const told = new Set<string>();
    const tell = ({ target, reason, at }: EgressDenial): void => {
      const again = told.has(target);
      if (!again && told.size >= MOST_DENIALS_TOLD) return;
      told.add(target);
      tools.bus.emit(again ? 'component.egress-denied-again' : 'component.egress-denied', {
        ...{ component: lock.component, lockId: lock.id },
        ...{ target: redaction.text(target), reason, at },
      });
    };
    egress.denials.forEach(tell);
    egress.onDenied = tell;
  }

  private async start(
    env: Record<string, string>,
    redaction: Redaction,
    began: number,
  ): Promise<RunningComponent> {
    const { clock } = this.tools;
    try {
      return await startLocked(this.lock, env, this.tools);
    } catch (error) {
      if (!(error instanceof ComponentDidNotStart)) throw error;
      this.died(clock.monotonic() - began, whyNotStarted(error, redaction));
      throw unavailable(this.lock, this.deaths.reason);
    }
  }

  /** Holds one that has just started against its lock. */
  private async admit(instance: ComponentInstance): Promise<void> {
    const { lock } = this;
    const { startTimeoutS } = { ...DEFAULT_RESOURCES, ...blockOf(lock.manifest).resources };
    try {
      const state = await instance.running.container.inspect();
      const other =
        state && state.imageId !== lock.imageId
          ? `its image is ${state.imageId}, and not ${lock.imageId}`
          : undefined;
      const differs = other ?? (await instance.differences(startTimeoutS * 1000));
      if (differs !== undefined) this.found(differs);
    } catch (error) {
      await this.end(instance);
      if (error instanceof RdzenError) throw error;
      this.died(
        instance.ageMs,
        `it did not list its tools: ${instance.redaction.text(String((error as Error).message))}`,
      );
      throw unavailable(this.lock, this.deaths.reason);
    }
    if (this.drift === undefined) return;
    await this.end(instance);
    throw drifted(this.lock, this.drift);
  }

  private listChanged(instance: ComponentInstance): void {
    if (this.comparePlanned || instance.retired) return;
    void this.compare(instance);
    this.comparePlanned = this.tools.clock.after(LIST_CHANGE_PAUSE_MS, () => {
      this.comparePlanned = undefined;
      if (instance.running.session.listChanges > seen) this.listChanged(instance);
    });
    const seen = instance.running.session.listChanges;
  }

  private compare(instance: ComponentInstance): Promise<void> {
    this.comparing ??= (async () => {
      try {
        const differs = await instance.differences();
        if (differs === undefined) return;
        this.found(differs);
        this.drop(instance, `it is not what its lock says: ${differs}`, true);
        await this.end(instance);
      } catch (error) {
        // One that has ended is dealt with as such.
        if (instance.closed || instance.retired) return;
        await this.failed(
          instance,
          `it did not list its tools: ${instance.redaction.text(String((error as Error).message))}`,
        );
      }
    })().finally(() => (this.comparing = undefined));
    return this.comparing;
  }

  private prove(instance: ComponentInstance): void {
    void instance.answers().then(async (well) => {
      if (!well && !instance.retired && !instance.closed)
        await this.failed(instance, 'it did not answer a call in its time, nor a ping after that');
    });
  }

  private async gone(instance: ComponentInstance): Promise<void> {
    if (instance.retired) return;
    instance.retired = true;
    await this.lose(instance, await instance.lastWords());
  }

  private async failed(instance: ComponentInstance, reason: string): Promise<void> {
    if (!instance.retired) await this.lose(instance, reason);
  }

  private async lose(instance: ComponentInstance, reason: string): Promise<void> {
    this.drop(instance, reason, true);
    this.died(instance.ageMs, reason);
    await this.end(instance, false);
  }

  private drop(instance: ComponentInstance, reason: string, failed: boolean): void {
    instance.retired = true;
    if (this.instance !== instance) return;
    this.instance = undefined;
    this.leaving.add(instance);
    void instance.over.then(() => this.leaving.delete(instance));
    const { component, id } = this.lock;
    const at = this.tools.clock.now();
    this.tools.bus.emit('component.ended', { component, lockId: id, reason, failed, at });
  }

  private end(instance: ComponentInstance, gently = keepsData(this.lock)): Promise<void> {
    return instance.end(gently);
  }

  private died(livedMs: number, reason: string): void {
    const { bus, clock } = this.tools;
    if (!this.deaths.note(clock.monotonic(), livedMs, reason)) return;
    const { component, id } = this.lock;
    bus.emit('component.unavailable', { component, lockId: id, reason, at: clock.now() });
  }

  private found(differs: string): void {
    if (this.drift !== undefined) return;
    this.drift = differs;
    const { component, id } = this.lock;
    this.tools.bus.emit('component.drifted', {
      component,
      lockId: id,
      reason: differs,
      at: this.tools.clock.now(),
    });
  }
}
