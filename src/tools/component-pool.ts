import { Injectable, Logger, Optional } from '@nestjs/common';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import '../component-registry/installed/installed.events';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { ComponentContainers } from '../containers/component-containers';
import { EventBus } from '../events/event-bus';
import type { CallOptions, ToolAnswer } from '../mcp/mcp-session';
import { Clock, type Timer } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { within } from '../shared/within';
import { ComponentCalls } from './component-calls';
import { orCancelled } from './component-refusals';
import { ComponentConfig } from './component-config';
import { ComponentRuntime } from './component-runtime';
import { servicesOf } from './component-surroundings';
import { KeptData } from './kept-data';
import { PooledComponent } from './pooled-component';
import { PoolTimes } from './pool-times';
import { InstalledServices } from './services/installed-services';
import { UsedServices } from './services/used-services';

const STOPPING_MS = 10_000;

/**
 * Installed components as they run: started by the first call, one container for all calls of a lock, ended when nobody
 * calls any more. Nothing runs that differs from its lock.
 */
@Injectable()
export class ComponentPool extends ComponentCalls {
  private readonly logger = new Logger('Components');
  /** Components that must not run now, and until when. */
  private readonly held = new Map<string, Promise<void>>();
  private readonly pooled = new Map<string, PooledComponent>();
  private timer?: Timer;
  private looking?: Promise<void>;
  private stopping = false;

  constructor(
    private readonly runtime: ComponentRuntime,
    private readonly containers: ComponentContainers,
    private readonly installed: InstalledComponents,
    private readonly config: ComponentConfig,
    private readonly bus: EventBus,
    private readonly clock: Clock,
    private readonly times: PoolTimes,
    @Optional() private readonly kept?: KeptData,
    @Optional() private readonly services?: InstalledServices,
    @Optional() private readonly used?: UsedServices,
  ) {
    super();
    if (services) services.endUsersOf = (service) => this.endUsersOf(service);
    bus.on('component.changed', ({ component, to }) => {
      if (to !== 'removed' && to !== 'quarantined') return;
      this.leave(component, to).catch((error: unknown) =>
        this.logger.warn(`What ran of ${component} was not taken away: ${String(error)}`),
      );
    });
  }

  /** Removes what an earlier life left; an engine is asked for nothing where nothing is installed. */
  start(): void {
    if (this.installed.all().length === 0) return;
    this.containers
      .sweep()
      .catch((error: unknown) =>
        this.logger.warn(`Leftovers of components were not removed: ${String(error)}`),
      );
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.timer?.cancel();
    const all = Promise.all([this.looking, ...[...this.pooled.values()].map((one) => one.stop())]);
    await within(this.clock, STOPPING_MS, 'components', all).catch((error: unknown) =>
      this.logger.warn(`${String(error)}; the sweep of the next start removes what they leave`),
    );
  }

  async call(
    lock: ComponentLock,
    tool: string,
    args: Record<string, unknown>,
    options: CallOptions,
  ): Promise<ToolAnswer> {
    if (this.stopping)
      throw new RdzenError(
        'COMPONENT_UNAVAILABLE',
        `Component ${lock.component} is not called: Rdzen is being stopped.`,
      );
    if (!lock.tools.some(({ name }) => name === tool))
      throw new RdzenError(
        'COMPONENT_UNAVAILABLE',
        `Component ${lock.component} ${lock.version} was approved without a tool "${tool.slice(0, 64)}". It was not called.`,
      );
    await this.used?.networksOf(lock, options.signal);
    this.kept?.demandRoom(lock, tool);
    this.plan();
    try {
      return await this.of(lock).call(tool, args, options);
    } finally {
      this.kept?.called(lock, tool);
    }
  }

  /** Ends what runs of a component, after the calls that are on their way: it was removed, or runs under another lock. */
  async withdraw(component: string): Promise<void> {
    const found = [...this.pooled.values()].filter((one) => one.lock.component === component);
    await Promise.all(found.map((one) => one.retire('withdrawn')));
  }

  /**
   * Nothing of the component runs while something is done about what it keeps; calls wait.
   *
   * @throws whatever the work throws
   */
  async still<T>(component: string, work: () => Promise<T>): Promise<T> {
    await this.free(component);
    const done = (async () => {
      const found = [...this.pooled.values()].filter((one) => one.lock.component === component);
      await Promise.all(found.map((one) => one.ended('its data is being looked after')));
      const undisturbed = (): Promise<T> => (this.services ? this.services.still(component, work) : work());
      return this.kept ? this.kept.without(component, undisturbed) : undisturbed();
    })();
    const over = done.then(
      () => undefined,
      () => undefined,
    );
    this.held.set(component, over);
    try {
      return await done;
    } finally {
      if (this.held.get(component) === over) this.held.delete(component);
    }
  }

  private async endUsersOf(service: string): Promise<void> {
    const found = [...this.pooled.values()].filter(({ lock }) => servicesOf(lock.manifest).includes(service));
    await Promise.all(found.map((one) => one.ended('its service ended')));
  }

  private async free(component: string, signal?: AbortSignal): Promise<void> {
    for (let held = this.held.get(component); held; held = this.held.get(component))
      await orCancelled(held, signal);
  }

  /** Settings are gone with what was removed; what is quarantined keeps its own: it may come back. */
  private leave(component: string, to: 'removed' | 'quarantined'): Promise<void> {
    if (to === 'removed') this.config.outdate(component);
    return this.withdraw(component);
  }

  /** What all that runs of a component takes now; undefined where it sleeps, or the engine does not tell. */
  async memoryBytes(component: string): Promise<number | undefined> {
    const service = await this.services?.memoryBytes(component);
    if (service !== undefined) return service;
    const found = [...this.pooled.values()].filter(({ lock }) => lock.component === component);
    const told = (await Promise.all(found.map((one) => one.memoryBytes()))).filter(
      (one) => one !== undefined,
    );
    return told.length === 0 ? undefined : told.reduce((sum, one) => sum + one, 0);
  }

  /** Ids of the locks of which something runs. */
  running(): string[] {
    return [...this.pooled.values()].filter((one) => one.runs).map(({ lock }) => lock.id);
  }

  private of(lock: ComponentLock): PooledComponent {
    let found = this.pooled.get(lock.id);
    if (!found) {
      const { runtime, config, bus, clock, times, used } = this;
      const makeRoom = (): Promise<boolean> => this.makeRoom();
      const free = (component: string, signal?: AbortSignal): Promise<void> => this.free(component, signal);
      found = new PooledComponent(lock, {
        ...{ runtime, config, bus, clock, times, makeRoom, free },
        ...(used ? { used } : {}),
      });
      this.pooled.set(lock.id, found);
    }
    return found;
  }

  private async makeRoom(): Promise<boolean> {
    const [sleeper] = [...this.pooled.values()]
      .filter(({ idleMs }) => idleMs !== undefined)
      .sort((a, b) => (b.idleMs ?? 0) - (a.idleMs ?? 0));
    await sleeper?.retire('others needed its place');
    return sleeper !== undefined;
  }

  private plan(): void {
    if (this.timer || this.stopping) return;
    this.timer = this.clock.after(this.times.tickMs, () => {
      this.looking = this.lookAtAll().finally(() => {
        this.timer = undefined;
        // Where nothing runs, nothing is looked at until the next call.
        if (this.running().length > 0) this.plan();
      });
    });
  }

  private async lookAtAll(): Promise<void> {
    await Promise.all(
      [...this.pooled.values()].map((one) =>
        (this.isCurrent(one.lock) ? one.look() : one.retire('withdrawn')).catch((error: unknown) =>
          this.logger.warn(`Component ${one.lock.component} was not looked at: ${String(error)}`),
        ),
      ),
    );
    for (const [id, one] of this.pooled) if (!one.runs && !this.isCurrent(one.lock)) this.pooled.delete(id);
  }

  /** One that nobody has registered yet is being installed. */
  private isCurrent(lock: ComponentLock): boolean {
    const known = this.installed.get(lock.component);
    if (!known) return true;
    if (known.state === 'quarantined' || known.state === 'removed') return false;
    return known.lock.id === lock.id || known.next?.lock.id === lock.id;
  }
}
