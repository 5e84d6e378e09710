import { Injectable, Logger } from '@nestjs/common';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { blockOf } from '../component-registry/manifest/manifest';
import { ComponentContainers } from '../containers/component-containers';
import { Clock } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import type { Transaction } from '../storage/store';
import { ComponentConfig } from '../tools/component-config';
import { ComponentPool } from '../tools/component-pool';
import { keepsData } from '../tools/start-locked';

/** What an installed component says of its data. */
export type DataRecord = Pick<InstalledComponent, 'volume' | 'backup'>;

/**
 * What components keep, on the way from one lock to another. An upgrade never runs on the data of what it takes the place of:
 * it gets a copy in a volume of its own, and which volume counts is written down together with the lock. So a crash in the
 * middle of a copy harms nothing, and the way back is to take the other volume again.
 */
@Injectable()
export class ComponentData {
  private readonly logger = new Logger('Components');

  constructor(
    private readonly containers: ComponentContainers,
    private readonly config: ComponentConfig,
    private readonly pool: ComponentPool,
    private readonly clock: Clock,
  ) {}

  /**
   * An upgrade that becomes a canary gets a copy of its own to read.
   *
   * @throws RdzenError ENGINE_*, IMAGE_MISSING
   */
  async forCanary(component: InstalledComponent, next: ComponentLock): Promise<void> {
    if (!keepsData(next)) return;
    await this.stopped(component, next, () => this.copy(component, next));
  }

  /**
   * An upgrade comes in force. Its manifest's `data.backup` says whether the data before it is kept: `cold` copies it while
   * nothing of the component runs, `hot` meanwhile, `none` goes on in the same volume.
   *
   * @param step writes down what is in force from now on
   * @throws RdzenError ENGINE_*, IMAGE_MISSING: nothing has changed
   */
  async upgrade(
    component: InstalledComponent,
    next: ComponentLock,
    step: (data: DataRecord) => Promise<void>,
  ): Promise<void> {
    const { lock, volume } = component;
    if (!keepsData(lock) && !keepsData(next)) return step({});
    const copies = keepsData(next) && keepsData(lock) && backupOf(next) !== 'none';
    const before = { volume, backup: component.backup };
    const backup = { lockId: lock.id, at: this.clock.now(), ...(volume === undefined ? {} : { volume }) };
    const hot = copies && backupOf(next) === 'hot';
    // The canary goes on in its own copy until all of it is ended: this one is for nobody before.
    const to = hot ? `${next.id}-hot` : next.id;
    const copied = hot && (await this.copy(component, next, to));
    await this.pool.still(component.name, async () => {
      const isCopied = copied || (copies && !hot && (await this.copy(component, next, to)));
      await step(isCopied ? { volume: to, backup } : before);
    });
    await this.prune(component.name);
  }

  /**
   * The way back to an earlier lock: with the data as it was then, where the later one changed it for good.
   *
   * @throws RdzenError COMPONENT_STATE where that is needed and there is no copy
   */
  async goBack(
    component: InstalledComponent,
    to: ComponentLock,
    step: (data: DataRecord, restored?: number) => Promise<void>,
  ): Promise<void> {
    const { name, lock, volume, backup } = component;
    if (!keepsData(lock)) return step({ volume, backup });
    const forwardOnly = blockOf(lock.manifest).data?.migratesForwardOnly === true;
    if (!forwardOnly) return this.pool.still(name, () => step({ volume, backup }));
    if (backup?.lockId === to.id)
      return this.pool.still(name, () => step({ volume: backup.volume, backup: undefined }, backup.at));
    if (await this.containers.volumes.exists(this.config.volumeOf(name, volume)))
      throw new RdzenError(
        'COMPONENT_STATE',
        `${name} ${lock.version} keeps its data in a way that ${to.version} cannot read, and there is no copy from before. !remove ${name} data takes it away with its data; install ${to.version} anew after that.`,
      );
    return this.pool.still(name, () => step({ volume, backup }));
  }

  /** An upgrade is taken back: its copy goes. */
  async withoutCanary(component: string, next: ComponentLock, step: () => Promise<void>): Promise<void> {
    if (!keepsData(next)) return step();
    await this.pool.still(component, step);
    await this.prune(component);
  }

  /**
   * All that is kept of it, backups too. Nothing of it runs meanwhile.
   *
   * @throws RdzenError ENGINE_*
   */
  async wipe(component: string, step: () => Promise<void>): Promise<void> {
    await this.pool.still(component, async () => {
      for (const name of await this.volumesOf(component)) await this.containers.volumes.remove(name);
      await step();
    });
  }

  /** Settings and secrets of what is removed, in the transaction that removes it. */
  forgetSettings(component: string, tx: Transaction): Promise<void> {
    return this.config.forget(component, tx);
  }

  /**
   * @param as what the volume of the copy is of, as {@link ComponentConfig.volumeOf} takes it
   * @returns whether there was something to copy
   */
  private async copy(
    { name, volume, lock }: InstalledComponent,
    next: ComponentLock,
    as = next.id,
  ): Promise<boolean> {
    const path = blockOf(next.manifest).permissions?.filesystem?.state?.path;
    const from = this.config.volumeOf(name, volume);
    if (path === undefined || !keepsData(lock) || !(await this.containers.volumes.exists(from))) return false;
    const to = this.config.volumeOf(name, as);
    await this.containers.volumes.copy({ from, to, component: name, image: next.image, path });
    return true;
  }

  private stopped<T>({ name }: InstalledComponent, next: ComponentLock, work: () => Promise<T>): Promise<T> {
    return backupOf(next) === 'hot' ? work() : this.pool.still(name, work);
  }

  /** What neither is in force nor leads back to what was. One that cannot be removed now goes another time. */
  private async prune(component: string): Promise<void> {
    const used = this.config.volumesInUse(component);
    try {
      for (const name of await this.volumesOf(component))
        if (!used.includes(name)) await this.containers.volumes.remove(name);
    } catch (error) {
      this.logger.warn(`Old data of ${component} was not removed: ${String(error)}`);
    }
  }

  private async volumesOf(component: string): Promise<string[]> {
    const first = this.config.volumeOf(component);
    const found = await this.containers.volumes.of(component);
    // Those of trials are of the same component.
    return found.map(({ name }) => name).filter((name) => name.startsWith(first));
  }
}

function backupOf({ manifest }: ComponentLock): 'cold' | 'hot' | 'none' {
  return blockOf(manifest).data?.backup ?? 'none';
}
