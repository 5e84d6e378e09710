import { Injectable, Logger } from '@nestjs/common';
import { InstalledComponents } from '../../component-registry/installed/installed-components';
import '../../component-registry/installed/installed.events';
import { EventBus } from '../../events/event-bus';
import { Clock } from '../../shared/clock';
import { KindConducts } from './kind-conducts';

const AGAIN_AFTER_MS = 10_000;
const AGAIN_AT_MOST_MS = 5 * 60_000;
const ITSELF = 'rdzen';

/**
 * Makes so what is written of installed components: has their kind take them up, or let them go. Beside the line of their
 * life, one step of a component at a time, and again until it is done; a change meanwhile is followed after it.
 */
@Injectable()
export class KindFollowUp {
  private readonly logger = new Logger('Components');
  /** Changed since the last step began: who wanted it. */
  private readonly due = new Map<string, string>();
  private readonly working = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();
  private unsubscribe?: () => void;

  constructor(
    private readonly conducts: KindConducts,
    private readonly installed: InstalledComponents,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /** After the installed components were read. */
  start(): void {
    this.unsubscribe = this.bus.on('component.changed', ({ component, by }) => this.follow(component, by));
    for (const { name } of this.installed.all()) this.follow(name, ITSELF);
  }

  async stop(): Promise<void> {
    this.unsubscribe?.();
    this.stopping.abort(new Error('Rdzen is stopping'));
    await Promise.all(this.working.values());
  }

  private follow(name: string, by: string): void {
    this.due.set(name, by);
    if (this.working.has(name)) return;
    this.working.set(
      name,
      this.work(name).finally(() => this.working.delete(name)),
    );
  }

  private async work(name: string): Promise<void> {
    for (let tries = 1; !this.stopping.signal.aborted; tries++) {
      const by = this.due.get(name);
      if (by === undefined) return;
      this.due.delete(name);
      try {
        await this.step(name, by);
        tries = 0;
      } catch (error) {
        this.logger.warn(`What is written of ${name} is not so yet, and tried again: ${String(error)}`);
        if (!this.due.has(name)) this.due.set(name, by);
        const pause = Math.min(AGAIN_AFTER_MS * 2 ** (tries - 1), AGAIN_AT_MOST_MS);
        await this.clock.sleep(pause, this.stopping.signal).catch(() => undefined);
      }
    }
  }

  private async step(name: string, by: string): Promise<void> {
    const component = this.installed.get(name);
    if (!component) return;
    const conduct = this.conducts.of(component.lock);
    if (component.state === 'removed' || component.state === 'quarantined') await conduct.letGo(name, by);
    else if (component.state !== 'installing') await conduct.takeUp(component);
  }
}
