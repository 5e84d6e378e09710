import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import '../component-registry/installed/installed.events';
import { Settings } from '../config/settings';
import { CoreRegistry } from '../core-registry/core-registry';
import '../core-registry/core-registry.events';
import type { CoreState } from '../core-registry/core.types';
import { clusterMode } from '../failover/cluster-modes';
import { EventBus } from '../events/event-bus';
import { Clock, type Timer } from '../shared/clock';
import { readIfThere, writeAtomically } from '../storage/atomic-file';

const EVERY_MS = 10_000;

const STATUS: Record<CoreState, 'healthy' | 'unhealthy' | 'error' | 'unknown'> = {
  ready: 'healthy',
  warming: 'unhealthy',
  suspect: 'unhealthy',
  down: 'error',
  starting: 'unknown',
  unknown: 'unknown',
};

/**
 * The files other programs read, under `shared/` in the data folder: `active_core`, `system_status.json` and
 * `components/registry.json`. A view only; the database is the truth.
 */
@Injectable()
export class SharedFiles {
  private readonly logger = new Logger(SharedFiles.name);
  private readonly unsubscribe: (() => void)[] = [];
  private timer?: Timer;
  private writing: Promise<void> = Promise.resolve();
  private waiting = false;
  private stopped = false;
  /** Of the components, as the file has them. */
  private written?: string;

  constructor(
    private readonly settings: Settings,
    private readonly registry: CoreRegistry,
    private readonly installed: InstalledComponents,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  async start(): Promise<void> {
    this.unsubscribe.push(
      this.bus.on('core.state-changed', () => this.write()),
      this.bus.on('core.promoted', () => this.write()),
      this.bus.on('component.changed', () => this.write()),
    );
    this.write();
    this.schedule();
    await this.writing;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    for (const end of this.unsubscribe) end();
    await this.writing;
  }

  private schedule(): void {
    this.timer = this.clock.after(EVERY_MS, () => {
      this.write();
      if (!this.stopped) this.schedule();
    });
  }

  private write(): void {
    if (this.waiting || this.stopped) return;
    this.waiting = true;
    this.writing = this.writing
      .then(async () => {
        this.waiting = false;
        await writeAtomically(this.path('active_core'), String(this.registry.active.id));
        await writeAtomically(this.path('system_status.json'), json(this.view()));
        await this.writeComponents();
      })
      .catch((error: unknown) => this.logger.error(`The shared files were not written: ${String(error)}`));
  }

  private view(): unknown {
    const cores = this.registry.all();
    return {
      active_core: this.registry.active.id,
      cores: Object.fromEntries(
        cores.map(({ id, state, reason, lastCheck, since, role, kind }) => [
          String(id),
          {
            status: STATUS[state],
            last_check: seconds(lastCheck ?? since),
            ...(state === 'down' ? { error: reason } : {}),
            state,
            role,
            kind,
          },
        ]),
      ),
      mode: clusterMode(cores, this.registry.cluster),
      epoch: this.registry.epoch,
      last_update: seconds(this.clock.now()),
    };
  }

  /** Only where something has changed: others read its time as that of the last change. */
  private async writeComponents(): Promise<void> {
    const components = this.components();
    const content = json(components);
    if (content === this.written) return;
    const view = { components, last_update: seconds(this.clock.now()) };
    await writeAtomically(this.path('components', 'registry.json'), json(view));
    this.written = content;
  }

  private components(): object[] {
    const shown = ({ name, state, since, lock }: InstalledComponent): object => ({
      ...{ name, version: lock.version, state, image: lock.image, since: seconds(since) },
    });
    const here = this.installed.all().filter(({ state }) => state !== 'removed');
    return here.map(shown);
  }

  private path(...names: string[]): string {
    return join(this.settings.RDZEN_DATA, 'shared', ...names);
  }
}

/** The core that `shared/active_core` of an earlier set-up names; undefined where it names none of `coreIds`. */
export async function rememberedActiveCore(
  dataDir: string,
  coreIds: readonly number[],
): Promise<number | undefined> {
  const text = (await readIfThere(join(dataDir, 'shared', 'active_core')))?.trim() ?? '';
  return coreIds.find((id) => String(id) === text);
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
