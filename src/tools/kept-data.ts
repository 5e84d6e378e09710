import { Injectable, Logger } from '@nestjs/common';
import type { ComponentLock } from '../component-registry/installed/component-lock';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import '../component-registry/installed/installed.events';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import { blockOf } from '../component-registry/manifest/manifest';
import { ComponentContainers } from '../containers/component-containers';
import { EventBus } from '../events/event-bus';
import { Clock, type Timer } from '../shared/clock';
import { RdzenError } from '../shared/rdzen-error';
import { Store } from '../storage/store';
import { ComponentConfig } from './component-config';
import './pool.events';

const LOOK_EVERY_MS = 3_600_000;
/** After a call that writes; further ones within that time are looked at together. */
const AFTER_WRITE_MS = 5_000;
/** All of a volume is read: that must not take more than a twentieth of the time. */
const REST_PER_MS = 20;
const MIB = 2 ** 20;

/** What a component keeps under one lock, as it was measured last. */
export interface KeptDataUse {
  /** At least that where it is more than `limitBytes`: nothing is read beyond. */
  bytes: number;
  limitBytes: number;
  isOver: boolean;
  /** Epoch milliseconds. */
  measuredAt: number;
}

interface Measured {
  bytes: number;
  measuredAt: number;
  /** Since when it has been more than it may be, epoch milliseconds. */
  overSince?: number;
}

interface Stored {
  volume: string;
  bytes: number;
  measured_at: number;
  over_since: number | null;
}

/**
 * Holds components to `permissions.filesystem.state.maxMiB`. Docker has no quota for a volume, so what they keep is measured:
 * at the start, hourly, and after calls that write. Over the limit, calls that write are refused until it is less.
 */
@Injectable()
export class KeptData {
  private readonly logger = new Logger('Components');
  /** By volume. */
  private readonly known = new Map<string, Measured>();
  /** Components whose data somebody works on: nothing else may hold a volume of theirs. */
  private readonly held = new Map<string, number>();
  private readonly measuring = new Map<string, Promise<void>>();
  private readonly planned = new Map<string, Timer>();
  /** By volume, of the monotonic clock: not before then. */
  private readonly rested = new Map<string, number>();
  private timer?: Timer;
  private looking: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly store: Store,
    private readonly containers: ComponentContainers,
    private readonly config: ComponentConfig,
    private readonly installed: InstalledComponents,
    private readonly bus: EventBus,
    private readonly clock: Clock,
  ) {
    bus.on('component.changed', ({ component, to }) => {
      if (to === 'canary' || to === 'active') this.lookAt(component);
    });
  }

  /** What was over its limit before still is, until it was measured anew. */
  async start(): Promise<void> {
    for (const row of await this.store.all<Stored>('SELECT * FROM component_data'))
      this.known.set(row.volume, {
        ...{ bytes: row.bytes, measuredAt: row.measured_at },
        ...(row.over_since === null ? {} : { overSince: row.over_since }),
      });
    this.lookRegularly();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.timer?.cancel();
    for (const timer of this.planned.values()) timer.cancel();
    await this.looking;
    await Promise.all(this.measuring.values());
  }

  /** Undefined: it keeps nothing, or was not measured yet. */
  of(lock: ComponentLock): KeptDataUse | undefined {
    const limitBytes = limitOf(lock);
    const found = limitBytes === undefined ? undefined : this.known.get(this.config.volumeUnder(lock));
    if (limitBytes === undefined || !found) return undefined;
    const { bytes, measuredAt } = found;
    return { bytes, limitBytes, isOver: bytes > limitBytes, measuredAt };
  }

  /**
   * To be asked before a call. Tools that delete or overwrite go on, each with a person's leave as always: they are its way back.
   *
   * @throws RdzenError COMPONENT_FULL
   */
  demandRoom(lock: ComponentLock, tool: string): void {
    const use = this.of(lock);
    if (!use?.isOver || !writes(lock, tool)) return;
    throw new RdzenError(
      'COMPONENT_FULL',
      `Component ${lock.component} keeps more than the ${use.limitBytes / MIB} MiB of data that it may keep, so its tools that write are not called until it keeps less. Its reading tools work. Have something deleted with it, or ask an operator for a version with a higher limit; !remove NAME data takes all of it away.`,
    );
  }

  /** To be told after a call that may have written. */
  called(lock: ComponentLock, tool: string): void {
    const effect = lock.tools.find(({ name }) => name === tool)?.effect;
    if (effect === 'read' || limitOf(lock) === undefined) return;
    this.plan(lock);
  }

  private plan(lock: ComponentLock): void {
    const volume = this.config.volumeUnder(lock);
    if (this.stopping || this.planned.has(volume)) return;
    const rest = (this.rested.get(volume) ?? 0) - this.clock.monotonic();
    const timer = this.clock.after(Math.max(AFTER_WRITE_MS, rest), () => {
      this.planned.delete(volume);
      void this.measure(lock);
    });
    this.planned.set(volume, timer);
  }

  /** Nothing of its data is measured while the work on it goes on; what that made of it is measured after. */
  async without<T>(component: string, work: () => Promise<T>): Promise<T> {
    this.held.set(component, (this.held.get(component) ?? 0) + 1);
    try {
      await this.measuring.get(component);
      return await work();
    } finally {
      const left = (this.held.get(component) ?? 1) - 1;
      if (left > 0) this.held.set(component, left);
      else this.held.delete(component);
      this.lookAt(component);
    }
  }

  private lookRegularly(): void {
    const again = (): void => {
      if (this.stopping) return;
      this.timer = this.clock.after(LOOK_EVERY_MS, again);
      this.looking = this.look();
    };
    this.timer = this.clock.after(0, again);
  }

  /** One after another: it is no hurry, and reads much. */
  private async look(): Promise<void> {
    for (const component of this.installed.all())
      for (const lock of locksOf(component)) if (!this.stopping) await this.measure(lock);
  }

  /** Something was done to it that its calls do not tell. */
  private lookAt(name: string): void {
    const component = this.installed.get(name);
    if (component?.state === 'removed') this.forget(this.config.volumeOf(name));
    for (const lock of component ? locksOf(component) : []) this.plan(lock);
  }

  private forget(volume: string): void {
    this.known.delete(volume);
    this.store
      .run('DELETE FROM component_data WHERE volume = ?', volume)
      .catch((error: unknown) => this.logger.warn(`${volume} was not forgotten: ${String(error)}`));
  }

  /** Never rejects. One after another of each component. */
  private measure(lock: ComponentLock): Promise<void> {
    const { component } = lock;
    const before = this.measuring.get(component) ?? Promise.resolve();
    const work = before
      .then(() => this.measureNow(lock))
      .catch((error: unknown) =>
        this.logger.warn(`What ${component} keeps was not measured: ${String(error)}`),
      )
      .finally(() => {
        if (this.measuring.get(component) === work) this.measuring.delete(component);
      });
    this.measuring.set(component, work);
    return work;
  }

  private async measureNow(lock: ComponentLock): Promise<void> {
    const { component, image, manifest } = lock;
    const state = blockOf(manifest).permissions?.filesystem?.state;
    if (!state || this.stopping || this.held.has(component)) return;
    const volume = this.config.volumeUnder(lock);
    const limitBytes = state.maxMiB * MIB;
    const began = this.clock.monotonic();
    const asked = { volume, image, path: state.path, most: limitBytes + 1 };
    const bytes = (await this.containers.volumes.bytes(asked)) ?? 0;
    const ended = this.clock.monotonic();
    this.rested.set(volume, ended + (ended - began) * REST_PER_MS);
    await this.note(lock, volume, bytes, limitBytes);
  }

  private async note(lock: ComponentLock, volume: string, bytes: number, limitBytes: number): Promise<void> {
    const { component, id: lockId } = lock;
    const at = this.clock.now();
    const before = this.known.get(volume)?.overSince;
    const overSince = bytes > limitBytes ? (before ?? at) : undefined;
    await this.store.run(
      `INSERT INTO component_data (volume, bytes, measured_at, over_since) VALUES (?, ?, ?, ?)
       ON CONFLICT (volume) DO UPDATE SET bytes = excluded.bytes, measured_at = excluded.measured_at, over_since = excluded.over_since`,
      ...[volume, bytes, at, overSince ?? null],
    );
    this.known.set(volume, { bytes, measuredAt: at, ...(overSince === undefined ? {} : { overSince }) });
    const limitMiB = limitBytes / MIB;
    // Told again as long as it is so: whoever tells people does it once for each time that begins.
    if (overSince !== undefined)
      this.bus.emit('component.full', { component, lockId, limitMiB, overSince, at });
    else if (before !== undefined) this.bus.emit('component.has-room', { component, lockId, limitMiB, at });
  }
}

/** Bytes; undefined: it keeps nothing. */
function limitOf({ manifest }: ComponentLock): number | undefined {
  const { maxMiB } = blockOf(manifest).permissions?.filesystem?.state ?? {};
  return maxMiB === undefined ? undefined : maxMiB * MIB;
}

/** Those under which it runs and keeps data. */
function locksOf({ state, lock, next }: InstalledComponent): ComponentLock[] {
  if (state !== 'active' && state !== 'canary') return [];
  const all = next?.state === 'canary' ? [lock, next.lock] : [lock];
  return all.filter((one) => limitOf(one) !== undefined);
}

function writes({ tools }: ComponentLock, tool: string): boolean {
  return tools.find(({ name }) => name === tool)?.effect === 'write';
}
