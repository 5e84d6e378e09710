import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine, type ContainerEvent, type ContainerInfo } from '../containers/container-engine';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core } from '../core-registry/core.types';
import { EventBus } from '../events/event-bus';
import { within } from '../shared/within';
import { CoreWatch } from './core-watch';
import { kindOfDeath } from './death-kind';
import { WatchTools } from './watch-tools';

/** Watching begins without its word after that. */
const ENGINE_MS = 2_000;

/** Watches every core and turns probes, evidence of answers and engine events into states. */
@Injectable()
export class HealthMonitor {
  private readonly logger = new Logger(HealthMonitor.name);
  private readonly watches = new Map<number, CoreWatch>();
  private readonly running = new Set<Promise<unknown>>();
  private stopped = false;
  private readonly unsubscribe: (() => void)[] = [];

  constructor(
    private readonly registry: CoreRegistry,
    private readonly tools: WatchTools,
    private readonly engine: ContainerEngine,
    private readonly bus: EventBus,
  ) {}

  async start(): Promise<void> {
    this.tools.tilt.start();
    for (const core of this.registry.all()) this.watches.set(core.id, new CoreWatch(core, this.tools));
    this.unsubscribe.push(
      this.bus.on('core.evidence-reported', (evidence) =>
        this.watches.get(evidence.coreId)?.evidence(evidence),
      ),
      this.bus.on('core.promoted', ({ to }) => {
        for (const [id, watch] of this.watches) if (id !== to) watch.compareAgain();
        this.watches.get(to)?.lookAgain();
      }),
      this.bus.on('core.proof-wanted', ({ coreId }) => this.watches.get(coreId)?.proveNow()),
      this.bus.on('core.pace-wanted', ({ coreId }) => this.watches.get(coreId)?.measureNow()),
      this.bus.on('core.joined', ({ core }) => this.takeUp(core)),
      this.bus.on('core.left', ({ core }) => {
        this.watches.get(core.id)?.stop();
        this.watches.delete(core.id);
      }),
      this.bus.on('core.model-arrived', () => {
        for (const watch of this.watches.values()) watch.lookAgain();
      }),
      this.bus.on('core.state-changed', ({ core, from, to, reason }) => {
        const text = `Core ${core.id}: ${from} -> ${to} (${reason})`;
        if (to === 'down' || to === 'suspect') this.logger.warn(text);
        else this.logger.log(text);
      }),
      this.engine.onEvent((event) => this.onContainer(event)),
    );
    for (const core of this.registry.all()) await this.lookAtContainer(core);
    for (const watch of this.watches.values()) this.run(watch);
  }

  async stop(): Promise<void> {
    for (const end of this.unsubscribe.splice(0)) end();
    for (const watch of this.watches.values()) watch.stop();
    this.tools.tilt.stop();
    this.stopped = true;
    await Promise.all(this.running);
  }

  private run(watch: CoreWatch): void {
    const work: Promise<unknown> = watch.run().catch((error: unknown) => {
      // A watch that ends would leave its core unwatched for good: better to stop and be restarted.
      this.logger.error(
        `Watching the cores failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      throw error;
    });
    this.running.add(work);
    void work.then(() => this.running.delete(work));
  }

  private async takeUp(core: Core): Promise<void> {
    const watch = new CoreWatch(core, this.tools);
    this.watches.set(core.id, watch);
    await this.lookAtContainer(core);
    // It may have left, or everything may have stopped, while the engine was asked.
    if (!this.stopped && this.watches.get(core.id) === watch) this.run(watch);
  }

  /** It was started before we listened. */
  private async lookAtContainer(core: Core): Promise<void> {
    const container = core.container === undefined ? undefined : await this.askEngine(core.container);
    if (!container) return;
    const exited = container.state !== 'running';
    this.registry.update(core.id, { pid: container.pid, exited });
    if (container.state === 'stopped')
      this.registry.report({ coreId: core.id, kind: 'died', detail: 'it is stopped' });
    if (exited) return;
    this.watches.get(core.id)?.restarted();
  }

  /** An engine that does not answer tells later; the probes tell meanwhile. */
  private async askEngine(container: string): Promise<ContainerInfo | undefined> {
    try {
      return await within(this.tools.clock, ENGINE_MS, 'the engine', this.engine.inspect(container));
    } catch (error) {
      this.logger.warn(`Container ${container}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  private onContainer(event: ContainerEvent): void {
    const core = this.registry.all().find(({ container }) => container === event.name);
    if (!core) return;
    const watch = this.watches.get(core.id);
    switch (event.type) {
      case 'started':
        this.registry.update(core.id, { pid: event.pid, exited: false });
        watch?.restarted();
        return;
      case 'died':
      case 'stopped':
        this.ended(core, event);
        return;
      // Its connections stay open, and nothing comes through them: it is left without waiting for a deadline.
      case 'paused':
        this.registry.report({ coreId: core.id, kind: 'died', detail: 'it was paused' });
        return;
      case 'disconnected':
        this.registry.report({
          coreId: core.id,
          kind: 'died',
          detail: `it was cut off from the network ${event.network}`,
        });
        return;
      case 'resumed':
      case 'connected':
        watch?.lookAgain();
        return;
      case 'oom':
        // Often of the runner, whose end the container itself outlives.
        this.registry.update(core.id, { death: { kind: 'self', at: this.tools.clock.monotonic() } });
        return;
      case 'unhealthy':
        watch?.doubt('its health check fails');
    }
  }

  private ended(core: Core, event: Extract<ContainerEvent, { type: 'died' | 'stopped' }>): void {
    // Before anybody hears that it is down: whoever was answered there wants to know why.
    const death = { kind: kindOfDeath(event), at: this.tools.clock.monotonic() };
    this.registry.update(core.id, { pid: undefined, exited: true, death });
    const how =
      event.type === 'died'
        ? `its process died (${event.oom ? 'out of memory' : (event.signal ?? `exit code ${event.exitCode ?? 'unknown'}`)})`
        : 'it was stopped';
    this.registry.report({ coreId: core.id, kind: 'died', detail: how });
  }
}
