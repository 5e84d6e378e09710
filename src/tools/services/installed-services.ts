import { Injectable, Logger } from '@nestjs/common';
import type { ComponentLock } from '../../component-registry/installed/component-lock';
import type { InstalledComponent } from '../../component-registry/installed/installed-component';
import { InstalledComponents } from '../../component-registry/installed/installed-components';
import { blockOf } from '../../component-registry/manifest/manifest';
import { ComponentContainers } from '../../containers/component-containers';
import { EventBus } from '../../events/event-bus';
import { Clock, type Timer } from '../../shared/clock';
import { RdzenError } from '../../shared/rdzen-error';
import { within } from '../../shared/within';
import { ComponentConfig } from '../component-config';
import { keepsData } from '../start-locked';
import { KeptService, RENEW_MS } from './kept-service';
import { ServiceRuntime } from './service-runtime';
import type { ServiceHealth } from './watched-service';

const AGAIN_MS = 10_000;
/** Calls on their way have so long before their service ends. */
const LEAVING_MS = 10_000;
const STOPPING_MS = 15_000;

/**
 * Services that are installed, as they run: one container of each lock in use, on a network of its own. What stands in
 * {@link InstalledComponents} decides what is kept.
 */
@Injectable()
export class InstalledServices {
  /** Ends what uses a service, so that its network can go; set by whoever runs components. */
  endUsersOf: (service: string) => Promise<void> = () => Promise.resolve();
  private readonly logger = new Logger('Services');
  /** By id of the lock. */
  private readonly kept = new Map<string, { service: KeptService; renewal: Timer }>();
  /** Locks by name, under which nothing is kept any more, and something may be left. */
  private readonly ended = new Map<string, Set<string>>();
  /** By name: steps of one component, one after the other. */
  private readonly lines = new Map<string, Promise<unknown>>();
  private sweeping?: Promise<unknown>;
  private stopping = false;

  constructor(
    private readonly services: ServiceRuntime,
    private readonly containers: ComponentContainers,
    private readonly installed: InstalledComponents,
    private readonly config: ComponentConfig,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {}

  /**
   * What is in force of it, and an upgrade that is a canary, are kept running; all else of it is ended. What an earlier life
   * left is removed first: two containers never write to one volume.
   *
   * @throws RdzenError HELPER_IMAGE_MISSING, ENGINE_*
   */
  takeUp({ name }: Pick<InstalledComponent, 'name'>): Promise<void> {
    return this.alone(name, () => this.settle(name));
  }

  /** Nothing of it runs, and nobody stands on its network. */
  letGo(name: string): Promise<void> {
    return this.alone(name, () => this.endAll(name));
  }

  /**
   * Nothing of it runs while something is done about what it keeps.
   *
   * @throws whatever the work throws; RdzenError ENGINE_* where not all of it could be ended: nothing was done
   */
  still<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.alone(name, async () => {
      try {
        await this.endAll(name);
        return await work();
      } finally {
        await this.settle(name).catch((error: unknown) => this.later(name, error));
      }
    });
  }

  /** Of what runs under a lock; undefined where nothing is kept under it. */
  health(lockId: string): ServiceHealth | undefined {
    return this.kept.get(lockId)?.service.health;
  }

  /** As {@link KeptService.watched}'s. */
  untroubledMs(lockId: string): number | undefined {
    return this.kept.get(lockId)?.service.watched.untroubledMs;
  }

  /** Of the lock that is in force. */
  of(name: string): KeptService | undefined {
    const component = this.installed.get(name);
    if (component?.state !== 'active' && component?.state !== 'canary') return undefined;
    return this.kept.get(component.lock.id)?.service;
  }

  /** What all that runs of it takes now; undefined where nothing runs, or the engine does not tell. */
  async memoryBytes(name: string): Promise<number | undefined> {
    const told = await Promise.all(
      this.ofComponent(name).map(
        async ({ watched }) => (await watched.current?.container.use().catch(() => undefined))?.memoryBytes,
      ),
    );
    const known = told.filter((one) => one !== undefined);
    return known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0);
  }

  /** What cannot be ended in time is removed by the sweep of the next start. */
  async stop(): Promise<void> {
    this.stopping = true;
    const names = new Set([...this.kept.values()].map(({ service }) => service.lock.component));
    const all = Promise.all([...names].map((name) => this.letGo(name)));
    await within(this.clock, STOPPING_MS, 'services', all).catch((error: unknown) =>
      this.logger.warn(`${String(error)}; the sweep of the next start removes what they leave`),
    );
  }

  private async settle(name: string): Promise<void> {
    if (this.stopping) return;
    const wanted = wantedOf(this.installed.get(name));
    if (wanted.length > 0) await this.swept();
    for (const { lock, volume } of this.ofComponent(name)) {
      const now = wanted.find(({ id }) => id === lock.id);
      if (!now || volume !== this.volumeOf(now)) await this.end(lock.id);
    }
    for (const lock of wanted) if (!this.kept.has(lock.id)) await this.keep(lock);
  }

  private async keep(lock: ComponentLock): Promise<void> {
    const { services, config, bus, clock } = this;
    const nothingLeft = ({ component, id }: ComponentLock): Promise<void> =>
      this.nothingLeft(component, [id]);
    const service = await KeptService.keep(lock, { services, config, bus, clock, nothingLeft });
    const renewal = clock.after(RENEW_MS, () => {
      const anew = this.alone(lock.component, () => this.end(lock.id)).then(() =>
        this.takeUp({ name: lock.component }),
      );
      anew.catch((error: unknown) => this.later(lock.component, error));
    });
    this.kept.set(lock.id, { service, renewal });
  }

  private async endAll(name: string): Promise<void> {
    for (const { lock } of this.ofComponent(name)) await this.end(lock.id);
    if (this.stopping) return;
    const wanted = wantedOf(this.installed.get(name));
    await this.nothingLeft(
      name,
      wanted.map(({ id }) => id),
    );
  }

  private async end(lockId: string): Promise<void> {
    const found = this.kept.get(lockId);
    if (!found) return;
    this.kept.delete(lockId);
    found.renewal.cancel();
    const { service } = found;
    const { component } = service.lock;
    this.ended.set(component, (this.ended.get(component) ?? new Set()).add(lockId));
    const left = this.endUsersOf(component);
    await within(this.clock, LEAVING_MS, 'calls', left).catch(() => undefined);
    try {
      await service.watched.stop();
    } finally {
      await left.catch(() => undefined);
      await service.end();
    }
  }

  /**
   * What an earlier life left, or could not be removed in time, may still write to what the component keeps.
   *
   * @throws RdzenError ENGINE_*
   */
  private async nothingLeft(name: string, lockIds: readonly string[]): Promise<void> {
    const ended = [...(this.ended.get(name) ?? [])].filter((id) => !this.kept.has(id));
    for (const id of new Set([...lockIds, ...ended])) {
      const label = `rdzen.lock=${id}`;
      // A removal that failed in this life is tried again by whoever asked for it; of an earlier one, by nobody else.
      if ((await this.containers.count(label)) > 0) await this.containers.sweep();
      if ((await this.containers.count(label)) > 0)
        throw new RdzenError(
          'ENGINE_TIMEOUT',
          `Docker has not removed a container of ${name} yet that was to be gone. Nothing is done with what it keeps until then; docker ps --all --filter label=${label} shows it.`,
        );
      this.ended.get(name)?.delete(id);
    }
  }

  private ofComponent(name: string): KeptService[] {
    return [...this.kept.values()].flatMap(({ service }) =>
      service.lock.component === name ? [service] : [],
    );
  }

  private volumeOf(lock: ComponentLock): string | undefined {
    return keepsData(lock) ? this.config.volumeUnder(lock) : undefined;
  }

  /** Once in the life of the process. */
  private async swept(): Promise<void> {
    this.sweeping ??= this.containers.sweep().catch((error: unknown) => {
      this.sweeping = undefined;
      throw error;
    });
    await this.sweeping;
  }

  private later(name: string, error: unknown): void {
    this.logger.warn(`${name} does not run again yet, and is tried again: ${String(error)}`);
    this.clock.after(AGAIN_MS, () => {
      this.takeUp({ name }).catch((again: unknown) => this.later(name, again));
    });
  }

  private alone<T>(name: string, work: () => Promise<T>): Promise<T> {
    const result = (this.lines.get(name) ?? Promise.resolve()).then(work);
    this.lines.set(
      name,
      result.catch(() => undefined),
    );
    return result;
  }
}

function wantedOf(component: InstalledComponent | undefined): ComponentLock[] {
  if (!component || blockOf(component.lock.manifest).kind !== 'service') return [];
  const { state, lock, next } = component;
  return [
    ...(state === 'active' || state === 'canary' ? [lock] : []),
    ...(next?.state === 'canary' ? [next.lock] : []),
  ];
}
