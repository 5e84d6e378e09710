import { Injectable, Logger } from '@nestjs/common';
import { ContainerEngine, type ContainerEvent } from '../containers/container-engine';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { Core } from '../core-registry/core.types';
import { EventBus } from '../events/event-bus';
import { CoreWatch } from './core-watch';
import { kindOfDeath } from './death-kind';
import { WatchTools } from './watch-tools';

/** Watches every core and turns probes, evidence of answers and engine events into states. */
@Injectable()
export class HealthMonitor {
  private readonly logger = new Logger(HealthMonitor.name);
  private readonly watches = new Map<number, CoreWatch>();
  private running: Promise<unknown> = Promise.resolve();
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
    this.running = Promise.all([...this.watches.values()].map((watch) => watch.run())).catch(
      (error: unknown) => {
        // A watch that ends would leave its core unwatched for good: better to stop and be restarted.
        this.logger.error(
          `Watching the cores failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        throw error;
      },
    );
  }

  async stop(): Promise<void> {
    for (const end of this.unsubscribe.splice(0)) end();
    for (const watch of this.watches.values()) watch.stop();
    this.tools.tilt.stop();
    await this.running;
  }

  /** It was started before we listened. */
  private async lookAtContainer(core: Core): Promise<void> {
    const container = core.container === undefined ? undefined : await this.engine.inspect(core.container);
    if (!container) return;
    const exited = container.state !== 'running';
    this.registry.update(core.id, { pid: container.pid, exited });
    if (container.state === 'stopped')
      this.registry.report({ coreId: core.id, kind: 'died', detail: 'it is stopped' });
    if (exited) return;
    this.watches.get(core.id)?.restarted();
  }

  private onContainer(event: ContainerEvent): void {
    const core = this.registry.all().find(({ container }) => container === event.name);
    if (!core) return;
    if (event.type === 'started') {
      this.registry.update(core.id, { pid: event.pid, exited: false });
      this.watches.get(core.id)?.restarted();
      return;
    }
    // Before anybody hears that it is down: whoever was answered there wants to know why.
    const death = { kind: kindOfDeath(event), at: this.tools.clock.monotonic() };
    this.registry.update(core.id, { pid: undefined, exited: true, death });
    const how =
      event.type === 'died'
        ? `its process died (${event.signal ?? `exit code ${event.exitCode ?? 'unknown'}`})`
        : 'it was stopped';
    this.registry.report({ coreId: core.id, kind: 'died', detail: how });
  }
}
